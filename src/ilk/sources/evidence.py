"""What one source says of each customer in it: ordinary columns, and what those that were made mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import pyarrow as pa

from ilk.settings import Role
from ilk.sources.holders import Holders
from ilk.sources.source import Intake

Block = Literal["customers", "activity", "survey", "orders"]
"""The kinds of sources; the columns of one are a block of features."""

BLOCKS: tuple[Block, ...] = ("customers", "activity", "survey", "orders")
"""In the order their columns stand in the joined table."""

Plan_co = TypeVar("Plan_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Made:
    """How a column is to be understood that was made from a source.

    Args:
        column: Its name, without the block.
        block: The source it came from.
        role: What it is; None where that is guessed as for any column of a customer table.
        words: What people call it; made from the name where empty.
        unit: Such as "days" or "orders".
        currency: Of an amount.
        group: What it belongs to, such as a question with several answers.
        order: The texts of an ordered column, lowest first.
        why: The reason that is printed beside the role.
        turned: Whether its steps run the other way than they were asked, which its words say.
    """

    column: str
    block: Block
    role: Role | None = None
    words: str = ""
    unit: str = ""
    currency: str = ""
    group: str = ""
    order: tuple[str, ...] = ()
    why: str = ""
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Evidence(Generic[Plan_co]):
    """One row for each customer who is in a source.

    Args:
        block: Which kind of source it is.
        table: The id first, each id once (text or int64, as it was written), then the columns; numbers float64, topics
            float32, flags bool or float64 0 / 1, texts string, dates date32. Rows in the order in which customers
            first appear.
        made: What the columns mean; a column that is not named here is guessed.
        intake: Where every record went.
        rejects: Columns line, reason, text: records that could not be read or belong to nobody.
        plan: How the columns were made, so that other records become the same columns; kept in the model.
        holders: Who has which topic, where interests were learnt from topics; by row of `table`.
    """

    block: Block
    table: pa.Table
    made: tuple[Made, ...]
    intake: Intake
    rejects: pa.Table
    plan: Plan_co
    holders: Holders | None = None

    @property
    def id_column(self) -> str:
        """The column that identifies a customer."""
        return str(self.table.column_names[0])
