"""What a column's name suggests: whom it describes, what came of it, how to reach the customer, how it is measured.

Names are matched word by word, never by substring: "average", "usage" and "language" hold no "age".
"""

from __future__ import annotations

from ilk.features.words import word_set

# ---------------------------------------------------------------- how a value is measured

MONEY = word_set(
    "amount amt arpu aov balance bal bill billing budget capital cash charge charges clv cost costs credit debit debt "
    "deposit deposits dollar dollars earnings eur euro euros expense expenses fee fees gbp income inc installment "
    "installments instalment instalments invest investment investments limit loan loans ltv margin mnt monetary money "
    "mortgage paid payment payments pay pmt premium price prices profit purchases rent revenue rev salary sales saving "
    "savings spend spending spent sum turnover usd value val volume wage worth"
)
"""Amounts of money."""

RATED = word_set("price prices cost costs value worth fee fees charge charges money income salary budget rent")
"""Of these, what people are asked to rate, or to tick a bracket of; whole numbers of every step from 1 up are steps."""

COUNTED = word_set("num number nbr nb nr cnt count counts n qty quantity trx trxs txn txns trans times")
"""A count whatever else is said: "cash advance trx" is no amount of cash."""

COUNTING = word_set(
    "transactions visits clicks opens orders items logins sessions calls views visitors posts comments likes shares "
    "followers friends messages tickets "
    "contacts products units pieces accounts cards devices returns bookings nights trips purchases frequency "
    "freq"
)
"""Things that are counted."""

SHARING = word_set("share rate rates ratio pct prc perc percent percentage proportion prop frequency freq fraction")
"""Parts of a whole."""

SCORED = word_set("score scores index rank ranking points percentile")
"""Numbers somebody made up of others; no amounts, whatever they are scores of."""

DURATION = word_set(
    "recency tenure duration days day weeks week months month years year hours hour minutes minute seconds since age "
    "length time lifetime seniority"
)
"""Times and how long ago; numbers, not counts, whatever their form."""

RATING = word_set(
    "rating score satisfaction satisfied likert agree agreement importance important stars nps recommend liking mood "
    "opinion attitude"
)
"""Answers on a scale of steps."""

CODED = word_set(
    "code type cluster segment category class group zone district tier kind status level channel branch persona plan"
)
"""Numbers that stand for names."""

IDENTIFYING = word_set("id ids uuid guid key ref reference index idx row rowid rownum unnamed serial hash token")
"""Numbers and texts that stand for a customer."""

# ---------------------------------------------------------------- what describes and does not build

BEHAVIOUR = (
    MONEY
    | word_set(
        "trx txn visits clicks opens orders logins sessions views posts comments likes shares items product products "
        "usage used use bought buys buy purchase purchased browsing visit visited reading watched watch watching "
        "listening played frequency recency clothing clothes toys books spend club magazine shop shopping"
    )
) - {"value", "val", "volume", "sum", "rent", "mortgage", "paid", "credit", "limit"}
"""A name with one of these tells what people do, even where it also names whom they do it for."""

LIFE = {
    "age": word_set("age ages aged agegroup agerange ageband senior"),
    "birth": word_set("birth birthday birthdate birthyear birthdt dob yob born"),
    "gender": word_set("gender sex male female"),
    "education": word_set("education educational edu educ degree schooling qualification qualifications"),
    "marital state": word_set("marital married marriage spouse partner partnered divorced widowed civil"),
    "household": word_set(
        "household hh children child kids kid kidhome teenhome teen teens teenager teenagers sibling siblings "
        "dependents dependants dependent dependant family homeowner housing dwelling residence house houses flats "
        "apartment"
    ),
    "occupation": word_set(
        "occupation occupational job profession employment employed employer unemployed student retired"
    ),
    "where they live": word_set(
        "region regions country countries province city cities town towns village county district municipality "
        "postcode postcodes postal zip zipcode plz location geo geography latitude longitude lat lon lng urban rural "
        "continent state"
    ),
    "origin": word_set("nationality nation citizenship ethnicity ethnic race"),
    "language": word_set("language lang locale"),
    "body": word_set("height weight bmi handed handedness"),
    "an existing grouping": word_set("cluster segment persona tier"),
}
"""Who somebody is, by the words that say so; methods page, "Which columns do what"."""

OUTCOME = word_set(
    "response responded responder accepted complain complains complained complaint complaints churn churned churner "
    "attrition converted conversion exited defaulted outcome outcomes"
)
"""What came of it: with these in, segments would predict the answer from the answer."""

WHOLE_OUTCOME = word_set("target label y default")
"""Outcomes only where they are the whole name, but for the words of NEUTRAL."""

PREDICTED = word_set("predicted prediction predictions pred probability prob proba propensity classifier yhat")
"""A model's output. A bare "score" builds."""

NEUTRAL = word_set("is has flag class binary value variable col column the of next month payment var")

NOT_THEIR_AGE = word_set(
    "account acct contract device car vehicle policy relationship membership invoice order debt page website"
)
"""The age of something else than the customer."""

LATENCY = word_set("time times rate hours days minutes seconds")
"""After "response": how fast somebody answers, which is behaviour."""

FEW_LEVELS = word_set("sex male female race civil")
"""Words that describe only where the column has a handful of levels; "sex" can be a word that is counted."""

COMPANY = {
    "body": word_set(
        "handed handedness bmi body kg cm lb lbs in inches current your the of m left right customer dominant"
    ),
    "language": word_set("preferred pref customer user native mother first spoken home main primary code of the"),
}
"""What may stand beside a word that says something else in other company: a parcel's weight, a language course."""


def life_of(tokens: tuple[str, ...], *, few_levels: bool) -> str | None:
    """What about a person a name tells, in words; None where it tells nothing or tells what people do."""
    said = frozenset(tokens)
    if said & BEHAVIOUR:
        return None
    for words, names in LIFE.items():
        hit = said & names
        hit = hit if few_levels else hit - FEW_LEVELS
        if hit and not (words == "age" and said & NOT_THEIR_AGE) and said <= names | COMPANY.get(words, said):
            return words
    return None


def outcome_of(tokens: tuple[str, ...]) -> str | None:
    """Why a column looks like something to predict, in words; None where it does not."""
    said = frozenset(tokens)
    if said & PREDICTED:
        return "looks like a model's output"
    plain = {token for token in said if not token.isdigit()}
    outcome = said & OUTCOME and not (said & {"response"} and said & LATENCY)
    if outcome or (plain & WHOLE_OUTCOME and plain <= WHOLE_OUTCOME | NEUTRAL):
        return "looks like an outcome"
    return None
