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
        ("hiking", "cycling", "running", "climbing", "camping", "skiing", "football", "kayaking"),
        (0, 1, 2, 3), ("Sport", "Clothing"), 8.0, 45.0,
    ),
    Want(
        "Home",
        ("gardening", "cooking", "baking", "interior design", "do-it-yourself", "pets", "crafts", "family"),
        (4, 5, 6, 7), ("Household", "Garden"), 14.0, 28.0,
    ),
    Want(
        "Travel",
        ("city trips", "flights", "hotels", "museums", "languages", "photography", "beaches", "restaurants"),
        (8, 9, 10, 11), ("Luggage", "Books"), 4.0, 110.0,
    ),
)  # fmt: skip

EVERYBODY = (
    *("music", "news", "weather", "films", "football league", "health", "cars", "computers", "games", "fashion"),
    *("politics", "recipes", "quizzes", "offers", "local events", "science"),
)
"""Topics that say nothing about wants."""

STATEMENTS = (
    ("I feel best when I am outside", "outside"),
    ("I plan my weekends around sport", "weekends for sport"),
    ("Weather seldom keeps me in", "any weather"),
    ("I would rather move than sit", "moving"),
    ("My home is where I spend most of my free time", "free time at home"),
    ("I enjoy cooking for others", "cooking for others"),
    ("I repair things rather than replace them", "repairing"),
    ("A garden is worth the work", "garden"),
    ("I want to see as many countries as I can", "many countries"),
    ("I learn a little of the language before I go", "learning languages"),
    ("A good meal abroad is money well spent", "meals abroad"),
    ("I compare many offers before I book", "comparing offers"),
    ("I read reviews before I buy", "reading reviews"),
    ("I like to be asked for my opinion", "being asked"),
)
"""The statement, and what it is called in short; answered from 1 (disagree) to 5 (agree). The last two tell nothing."""

DEVICES = ("Phone", "Computer", "Branch", "Post")
"""Ways to reach a bank; several may be ticked."""

CATEGORIES = ("Sport", "Clothing", "Household", "Garden", "Luggage", "Books", "Groceries", "Gifts")
"""What the shop sells; everyone buys groceries and gifts."""

CHANNELS = ("app", "web")

KINDS = ((0, 0), (0, 1), (1, 2), (1, 1), (2, 0), (3, 2), (4, 1), (5, 0))
"""Persona and want of each kind of customer.

The two largest personas want two things each, and each want is shared by several personas: so neither the card alone
nor what people want alone tells the eight kinds apart, but both together do.
"""


def kind_names() -> tuple[str, ...]:
    """What each of KINDS is called."""
    return tuple(f"{PERSONAS[persona].name}: {WANTS[want].name.lower()}" for persona, want in KINDS)
