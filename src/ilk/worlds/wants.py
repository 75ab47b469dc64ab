"""What people of the world want: a second side of them, which their card alone does not show."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.worlds.people import PERSONAS


@dataclass(frozen=True, slots=True)
class Want:
    """What a customer is after, whatever the card is used for.

    Args:
        name: What it is called.
        topics: What people of this want follow more than others.
        agrees: Statements of the survey they agree with, by number from 0; the rest leave them as everyone.
        buys: Categories of the shop they come for.
        orders: Orders a year, and `basket`: the median amount of one.
        basket: See `orders`.
    """

    name: str
    topics: tuple[str, ...]
    agrees: tuple[int, ...]
    buys: tuple[str, ...]
    orders: float
    basket: float


WANTS = (
    Want(
        "Outdoors",
        ("hiking", "cycling", "running", "climbing", "camping", "skiing"),
        (0, 1, 2), ("Sport", "Clothing"), 8.0, 45.0,
    ),
    Want(
        "Home",
        ("gardening", "cooking", "baking", "interior design", "do-it-yourself", "pets"),
        (3, 4, 5), ("Household", "Garden"), 12.0, 28.0,
    ),
    Want(
        "Travel",
        ("city trips", "flights", "hotels", "languages", "beaches", "restaurants"),
        (6, 7, 8), ("Luggage", "Maps"), 5.0, 90.0,
    ),
    Want(
        "Culture",
        ("museums", "theatre", "novels", "concerts", "photography", "history"),
        (9, 10, 11), ("Books", "Music"), 9.0, 22.0,
    ),
    Want("Nothing special", (), (), (), 6.0, 40.0),
)  # fmt: skip
"""The last one leans on nothing: such people follow, answer and order as everyone does."""

EVERYBODY = (
    *("music", "news", "weather", "films", "football league", "health", "cars", "computers", "games", "fashion"),
    *("politics", "recipes", "quizzes", "offers", "local events", "science"),
)
"""Topics that say nothing about wants."""

STATEMENTS = (
    ("I feel best when I am outside", "being outside"),
    ("I plan my weekends around sport", "weekends for sport"),
    ("Weather seldom keeps me in", "walks in any weather"),
    ("My home is where I spend most of my free time", "free time at home"),
    ("I enjoy cooking for others", "cooking for others"),
    ("I repair things rather than replace them", "repairing"),
    ("I want to see as many countries as I can", "seeing many countries"),
    ("I learn a little of the language before I go", "learning languages"),
    ("A good meal abroad is money well spent", "meals abroad"),
    ("I would rather read than watch", "reading"),
    ("A concert is worth a long way", "concerts"),
    ("I go to every new exhibition", "exhibitions"),
    ("I read reviews before I buy", "reading reviews"),
    ("I like to be asked for my opinion", "being asked"),
)
"""The statement, and what it is called in short; answered from 1 (disagree) to 5 (agree). The last two tell nothing."""

DEVICES = ("Phone", "Computer", "Branch", "Post")
"""Ways to reach a bank; several may be ticked."""

CATEGORIES = ("Sport", "Clothing", "Household", "Garden", "Luggage", "Maps", "Books", "Music", "Groceries", "Gifts")
"""What the shop sells; everyone buys groceries and gifts."""

CHANNELS = ("app", "web")

KINDS = ((0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 4), (5, 4))
"""Persona and want of each kind of customer.

The two largest personas want two things each, which the card does not show; the four others want nothing special, and
only the card tells them apart. So neither the card nor any other file alone tells the eight kinds apart.
"""


def kind_names() -> tuple[str, ...]:
    """What each of KINDS is called."""
    plain = len(WANTS) - 1
    return tuple(
        PERSONAS[persona].name + ("" if want == plain else f": {WANTS[want].name.lower()}") for persona, want in KINDS
    )
