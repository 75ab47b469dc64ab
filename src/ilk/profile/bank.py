"""The word bank: which nouns are things people do, have or like, and what a person who does them is called."""

from __future__ import annotations

AGENTS = {
    "booking": "bookers",
    "claim": "claimants",
    "click": "clickers",
    "comment": "commenters",
    "commute": "commuters",
    "deposit": "depositors",
    "donation": "donors",
    "download": "downloaders",
    "flight": "flyers",
    "game": "players",
    "investment": "investors",
    "loan": "borrowers",
    "order": "buyers",
    "payment": "payers",
    "post": "posters",
    "purchase": "buyers",
    "rental": "renters",
    "return": "returners",
    "review": "reviewers",
    "ride": "riders",
    "sale": "buyers",
    "saving": "savers",
    "search": "searchers",
    "spend": "spenders",
    "spending": "spenders",
    "stay": "guests",
    "subscription": "subscribers",
    "trip": "travellers",
    "view": "viewers",
    "visit": "visitors",
    "withdrawal": "withdrawal users",
    "advance": "advance users",
    "transfer": "transfer users",
    "login": "login users",
    "call": "callers",
    "trade": "traders",
    "workout": "exercisers",
}
"""What somebody is called who does a thing; the singular of the thing is the key."""

NOT_AN_AGENT = {
    "minimum",
    "maximum",
    "average",
    "median",
    "last",
    "first",
    "total",
    "customer",
    "lifetime",
    "max",
    "min",
}
"""Before a noun, these make it a figure rather than something people do: minimum payments have no payers."""

AMOUNT_WORDS = ("spent on ", "amount of ", "spending on ", "value of ", "amount spent on ")
"""First words that say money was spent on the rest."""

SPEND_ENDINGS = {"spend", "spending", "spent", "amount", "sales", "revenue", "turnover", "value"}
"""Last words that say the rest was bought."""

COUNT_ENDINGS = {"transactions", "transaction", "count", "counts", "times"}
"""Last words that say the rest was counted."""

OFTEN_ENDINGS = {"frequency", "frequencies"}
"""Last words that say how often the rest happens."""

SHARE_WORDS = ("share of ", "percentage of ", "proportion of ", "ratio of ")
"""First words that say the rest is a part of a whole."""

SHARE_ENDINGS = {"share", "ratio", "rate", "percentage"}
"""Last words that say the same."""

PERIOD_ENDINGS = ("a month", "a week", "a year", "a day", "per month", "per week", "per year", "per day")
"""Last words that say over what time something was counted; a name does without them."""

DURATIONS = {"tenure", "duration", "interval", "length", "lifetime", "seniority", "membership length"}
"""Long or short rather than high or low."""

ABSENCES = ("recency", "days since", "weeks since", "months since", "days inactive", "inactivity")
"""A high value says that something was long ago."""

LINKS = {"of", "to", "in", "on", "at", "for", "from", "per", "by", "with", "since", "until"}
"""Words before which the noun stands that would take the plural."""

MASS = {
    "activity",
    "cash",
    "credit",
    "debt",
    "energy",
    "engagement",
    "equipment",
    "income",
    "interest",
    "money",
    "recency",
    "revenue",
    "satisfaction",
    "spend",
    "spending",
    "tenure",
    "time",
    "traffic",
    "turnover",
    "usage",
}
"""Nouns without a plural."""

ALWAYS_PLURAL = {"news", "sports", "arts", "goods", "series", "always", "clothes", "songs", "outdoors", "perhaps"}
"""Words that end in s and are not made singular."""

ENDING_IN_IES = {"movies", "cookies", "calories", "selfies", "hoodies", "brownies", "smoothies", "ties", "pies", "lies"}
"""Plurals of words in -ie."""

INTERESTS = {
    "action",
    "adventure",
    "animated",
    "animation",
    "art",
    "arts",
    "band",
    "bands",
    "baseball",
    "basketball",
    "beauty",
    "biking",
    "biology",
    "books",
    "car",
    "cartoons",
    "celebrity",
    "cheerleading",
    "chemistry",
    "cinema",
    "classical",
    "clothes",
    "comedies",
    "comedy",
    "concerts",
    "cooking",
    "country",
    "crafts",
    "cycling",
    "dance",
    "dancing",
    "documentaries",
    "documentary",
    "exhibitions",
    "fantasy",
    "fashion",
    "fiction",
    "film",
    "films",
    "fishing",
    "folk",
    "football",
    "gadgets",
    "gaming",
    "gardening",
    "geography",
    "golf",
    "hardrock",
    "hiking",
    "hip",
    "hiphop",
    "history",
    "hockey",
    "horror",
    "instruments",
    "jazz",
    "latin",
    "latino",
    "literature",
    "marching",
    "mathematics",
    "metal",
    "movie",
    "movies",
    "museums",
    "music",
    "musical",
    "musicals",
    "news",
    "opera",
    "outdoors",
    "pets",
    "photography",
    "physics",
    "poetry",
    "politics",
    "pop",
    "psychology",
    "punk",
    "rap",
    "reading",
    "reggae",
    "rock",
    "romance",
    "romantic",
    "running",
    "sailing",
    "science",
    "shopping",
    "singing",
    "skiing",
    "soccer",
    "softball",
    "songs",
    "sport",
    "sports",
    "swimming",
    "swing",
    "technology",
    "techno",
    "tennis",
    "theater",
    "theatre",
    "thriller",
    "travel",
    "travelling",
    "volleyball",
    "war",
    "western",
    "westerns",
    "wine",
    "writing",
    "yoga",
}
"""What people are fans of; whoever scores high on anything else is only said to score high on it."""

NOT_LIKED = {"anger", "anxiety", "fear", "mood", "notes", "phobia", "reversed", "spending", "stress"}
"""Words beside which an interest is none: mood swings, writing notes, and links too, such as cooking for others."""

VALUE_WORDS = (
    "purchases",
    "purchase",
    "spend",
    "spending",
    "spent",
    "sales",
    "revenue",
    "turnover",
    "amount",
    "monetary",
    "orders",
    "basket",
)
"""Words of the column by which a business reckons what a customer brings, in order of preference."""

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
"""Names hold no figures, so a number in a column's name is spelled."""

YES_AND_NO = (
    ("yes", "no"),
    ("true", "false"),
    ("y", "n"),
    ("t", "f"),
    ("1", "0"),
    ("on", "off"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
)
"""Two levels that only say whether something is so."""

PEOPLE = {"student", "client", "parent", "guest", "patient", "tenant", "subscriber", "vip", "driver", "employee"}
"""Qualities that are nouns for people."""

UNITS = {
    "months",
    "days",
    "years",
    "weeks",
    "hours",
    "minutes",
    "seconds",
    "km",
    "miles",
    "kg",
    "eur",
    "usd",
    "gbp",
    "chf",
}
"""Last words of a column's name that are the unit of its figures."""

PERIODS = {"m": "months", "d": "days", "w": "weeks", "y": "years"}
"""What the first letter of a period stands for."""
