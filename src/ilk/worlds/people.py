"""The six personas of the world: their shares, their habits, and how they borrow and pay."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habit:
    """One way of using the card: share who never do, share of months with a use, uses in one, median amount."""

    never: float
    months: float
    uses: float
    ticket: float


@dataclass(frozen=True, slots=True)
class Planted:
    """A persona as planted: its share of customers, its three habits, and how it borrows and pays.

    `limit` is a median, `used` the mean share of the limit that is owed, `carried` the mean share of months with a
    balance, `in_full` the mean share of months paid in full (`never_in_full` never do), `repaid` payments as a share
    of what was spent or drawn, `age` the mean age, `regions` the share of each of REGIONS.
    """

    name: str
    share: float
    oneoff: Habit
    instalment: Habit
    cash: Habit
    limit: float
    used: float
    carried: float
    in_full: float
    never_in_full: float
    repaid: float
    pays_nothing: float
    age: float
    regions: tuple[float, ...]


REGIONS = ("North", "East", "South", "West", "Centre")

NOW_AND_THEN = Habit(never=0.5, months=0.05, uses=1.05, ticket=120.0)
"""What anybody may do once or twice a year, whatever the persona."""

CASH_ONCE = Habit(never=0.5, months=0.05, uses=1.05, ticket=200.0)

PERSONAS = (
    Planted(
        "Instalment buyers", 0.29,
        oneoff=NOW_AND_THEN, instalment=Habit(0.0, 0.82, 1.5, 48.0), cash=CASH_ONCE,
        limit=3_000, used=0.25, carried=0.95, in_full=0.2, never_in_full=0.7, repaid=0.9, pays_nothing=0.015,
        age=37, regions=(0.24, 0.22, 0.2, 0.18, 0.16),
    ),
    Planted(
        "Cash users", 0.22,
        oneoff=NOW_AND_THEN, instalment=NOW_AND_THEN, cash=Habit(0.0, 0.4, 2.2, 260.0),
        limit=4_500, used=0.6, carried=0.98, in_full=0.1, never_in_full=0.9, repaid=0.7, pays_nothing=0.02,
        age=44, regions=(0.16, 0.2, 0.28, 0.18, 0.18),
    ),
    Planted(
        "Sleepers", 0.17,
        oneoff=NOW_AND_THEN, instalment=NOW_AND_THEN, cash=CASH_ONCE,
        limit=2_500, used=0.03, carried=0.45, in_full=0.2, never_in_full=0.6, repaid=0.9, pays_nothing=0.09,
        age=52, regions=(0.2, 0.2, 0.2, 0.2, 0.2),
    ),
    Planted(
        "Payers in full", 0.15,
        oneoff=Habit(0.3, 0.18, 1.3, 80.0), instalment=Habit(0.0, 0.75, 1.5, 60.0), cash=CASH_ONCE,
        limit=6_000, used=0.04, carried=0.75, in_full=0.82, never_in_full=0.0, repaid=1.0, pays_nothing=0.005,
        age=48, regions=(0.2, 0.16, 0.16, 0.28, 0.2),
    ),
    Planted(
        "One-off spenders", 0.10,
        oneoff=Habit(0.0, 0.8, 2.4, 110.0), instalment=NOW_AND_THEN, cash=CASH_ONCE,
        limit=8_000, used=0.3, carried=0.97, in_full=0.2, never_in_full=0.6, repaid=0.9, pays_nothing=0.01,
        age=50, regions=(0.18, 0.2, 0.18, 0.2, 0.24),
    ),
    Planted(
        "All-rounders", 0.07,
        oneoff=Habit(0.0, 0.65, 2.4, 110.0), instalment=Habit(0.0, 0.9, 2.6, 75.0), cash=Habit(0.0, 0.45, 2.8, 260.0),
        limit=12_000, used=0.6, carried=0.99, in_full=0.1, never_in_full=0.8, repaid=0.8, pays_nothing=0.005,
        age=42, regions=(0.22, 0.2, 0.18, 0.2, 0.2),
    ),
)  # fmt: skip

TIERS = ("Classic", "Gold", "Platinum")

GIVEN_NAMES = (
    *("ada", "ben", "cleo", "dan", "eva", "finn", "gia", "hugo", "ines", "jan"),
    *("kira", "leo", "mia", "nils", "ola", "paul", "quinn", "rosa", "sven", "tess"),
)

FAMILY_NAMES = (
    *("abel", "brandt", "cole", "dahl", "engel", "fox", "gray", "holt", "iyer", "jung"),
    *("klein", "lund", "moss", "nagy", "okoro", "park", "reid", "silva", "tran", "weiss"),
)

LABELS = (
    ("CUST_ID", "customer number", "", "", ""),
    ("BALANCE", "balance", "", "USD", "Borrowing"),
    ("BALANCE_FREQUENCY", "balance frequency", "", "", "Borrowing"),
    ("PURCHASES", "purchases", "", "USD", "Buying"),
    ("ONEOFF_PURCHASES", "one-off purchases", "", "USD", "Buying"),
    ("INSTALLMENTS_PURCHASES", "instalment purchases", "", "USD", "Buying"),
    ("CASH_ADVANCE", "cash advances", "", "USD", "Cash"),
    ("PURCHASES_FREQUENCY", "purchase frequency", "", "", "Buying"),
    ("ONEOFF_PURCHASES_FREQUENCY", "one-off purchase frequency", "", "", "Buying"),
    ("PURCHASES_INSTALLMENTS_FREQUENCY", "instalment purchase frequency", "", "", "Buying"),
    ("CASH_ADVANCE_FREQUENCY", "cash advance frequency", "", "", "Cash"),
    ("CASH_ADVANCE_TRX", "cash advance transactions", "", "", "Cash"),
    ("PURCHASES_TRX", "purchase transactions", "", "", "Buying"),
    ("CREDIT_LIMIT", "credit limit", "", "USD", "Borrowing"),
    ("PAYMENTS", "payments", "", "USD", "Paying"),
    ("MINIMUM_PAYMENTS", "minimum payments", "", "USD", "Paying"),
    ("PRC_FULL_PAYMENT", "share of full payments", "", "", "Paying"),
    ("TENURE", "tenure", "months", "", ""),
    ("AGE", "age", "years", "", "Person"),
    ("REGION", "region", "", "", "Person"),
    ("TIER", "card tier", "", "", "Person"),
    ("EMAIL", "e-mail address", "", "", "Person"),
    ("APP_LOGINS", "app logins", "", "", "Contacts"),
    ("SERVICE_CALLS", "service calls", "", "", "Contacts"),
    ("NEWSLETTER_OPEN_RATE", "newsletter open rate", "", "", "Contacts"),
    ("BRANCH_DISTANCE", "distance to the branch", "km", "", "Contacts"),
)
"""Column, words, unit, currency and group, as a labels file has them."""
