"""What goes wrong, as problem documents (RFC 9457); none repeats what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pydantic_core import to_json

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""Faults told of one body; whoever mends these finds the others."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a body.

    Args:
        pointer: Where, as a JSON pointer (RFC 6901) made of positions and of names the model knows.
        detail: What is needed there.
    """

    pointer: str
    detail: str


class Problem(Exception):
    """Something the caller can change, or that passes.

    Args:
        status: HTTP status.
        kind: Last part of the problem's type.
        detail: One sentence for people.
        faults: What is wrong where in the body.
        headers: Sent with the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        faults: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.status, self.kind, self.detail, self.faults = status, kind, detail, faults
        self.headers = dict(headers or {})

    def document(self, request_id: str) -> bytes:
        """The problem document as JSON."""
        told = {
            "type": f"urn:ilk:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
        }
        if self.faults:
            told["errors"] = [{"pointer": f.pointer, "detail": f.detail} for f in self.faults[:MOST_ERRORS]]
        return to_json(told)


def unfit(faults: list[Fault]) -> Problem:
    """A body that was understood and cannot be used, 422; every fault at once."""
    n = len(faults)
    return Problem(422, "unfit", f"The body cannot be used: {n:,} fault{'s' * (n != 1)}.", faults=tuple(faults))


def plain(status: int) -> Problem:
    """What HTTP itself refuses: no such path, no such method."""
    kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    return Problem(status, kind, _SENTENCES.get(status, f"{HTTPStatus(status).phrase}."))


def pointer_of(*steps: str | int) -> str:
    """A JSON pointer; RFC 6901 escapes ~ and /."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


_SENTENCES = {
    404: "There is nothing at this address; /openapi.json lists what there is.",
    405: "This address does not take this method; the Allow header says which it takes.",
    500: "This is our fault, not yours. The request_id finds it in the log.",
}
