"""Bodies: read within bounds of size and time, decoded, and looked at for their form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any, NoReturn

from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from ilk.service.limits import Limits
from ilk.service.problems import Fault, Problem, pointer_of, unfit

JSON = "application/json"
LET_GO = 4
"""Times the largest body, up to which one that is too large is read to be thrown away."""

_TOO_MUCH = ("recursion limit", "number out of range")
"""What the parser says of JSON that is sound, but that nobody means: nested too deeply, thousands of digits."""


class Bodies:
    """Reads the bodies of requests, a few large ones at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._large = asyncio.Semaphore(limits.large)

    async def read(self, request: Request, held: AsyncExitStack) -> bytes:
        """The whole body.

        Args:
            request: Whose body it is.
            held: Holds the place of a large body until the request is answered.

        Raises:
            Problem: If it is too large, or does not arrive in time.
        """
        told = request.headers.get("content-length", "")
        too_large = told.isdigit() and int(told) > self._limits.body
        if too_large and request.headers.get("expect", "").casefold() == "100-continue":
            raise self._too_large()  # who asks before sending need not send
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                if too_large:
                    await self._let_go(request.stream())
                return await self._whole(request, held)
        except TimeoutError:
            raise Problem(408, "slow", "The body did not arrive in time.", headers={"connection": "close"}) from None
        except ClientDisconnect:
            raise Problem(400, "left", "The body was not sent to its end.") from None

    async def _whole(self, request: Request, held: AsyncExitStack) -> bytes:
        parts, size, is_large = [], 0, False
        stream = request.stream()
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > self._limits.body:
                parts.clear()
                await self._let_go(stream)
            if size > self._limits.large_from and not is_large:
                is_large = True
                await held.enter_async_context(self._large)
        return b"".join(parts)

    async def _let_go(self, stream: AsyncIterator[bytes]) -> NoReturn:
        """Refuse a body that is too large, once its rest was read and thrown away.

        Who is cut off while sending sees a connection that broke, and never reads why; of one far too large they do.
        """
        left = LET_GO * self._limits.body
        async for part in stream:
            left -= len(part)
            if left < 0:
                break
        raise self._too_large()

    def _too_large(self) -> Problem:
        return Problem(
            413,
            "too-large",
            f"At most {self._limits.body:,} bytes are taken at once; send fewer customers.",
            headers={"connection": "close"},
        )


def media_type(request: Request) -> str:
    """What the body says it is, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def decode(body: bytes) -> Any:
    """What a JSON body says; NaN and Infinity come through, to be refused where they stand.

    Raises:
        Problem: 400 if it is not JSON, 422 if it is nothing anybody means.
    """
    try:
        return from_json(body, allow_inf_nan=True, cache_strings="keys")
    except ValueError as error:
        if any(sign in str(error) for sign in _TOO_MUCH):
            raise unfit([Fault("", "numbers of fewer digits, and fewer brackets in each other, are needed")]) from None
        raise Problem(400, "not-json", "The body is not JSON in UTF-8.") from None


def customers_in(document: Any, most: int) -> list[Mapping[str, Any]]:
    """The customers of {"customers": [{...}, ...]}.

    Raises:
        Problem: If it is not of that form.
    """
    if not isinstance(document, dict) or set(document) != {"customers"} or not isinstance(document["customers"], list):
        raise unfit([Fault("", 'an object {"customers": [...]} is needed, and nothing else in it')])
    customers = document["customers"]
    if not 1 <= len(customers) <= most:
        raise unfit([Fault("/customers", f"1 to {most:,} customers are needed")])
    faults = [
        Fault(pointer_of("customers", i), "an object {COLUMN: value or null, ...} is needed")
        for i, customer in enumerate(customers)
        if type(customer) is not dict
    ]
    if faults:
        raise unfit(faults)
    return customers


def customer_in(document: Any, numeric: frozenset[str]) -> tuple[Mapping[str, Any], list[str] | None]:
    """The customer and the columns that may change, of {"customer": {...}, "changeable": [...]}.

    Raises:
        Problem: If it is not of that form.
    """
    if not isinstance(document, dict) or "customer" not in document or set(document) - {"customer", "changeable"}:
        raise unfit([Fault("", 'an object {"customer": {...}, "changeable": [...]} is needed, and nothing else in it')])
    customer, changeable = document["customer"], document.get("changeable")
    if not isinstance(customer, dict):
        raise unfit([Fault("/customer", "an object {COLUMN: value or null, ...} is needed")])
    if changeable is None:
        return customer, None
    if not isinstance(changeable, list) or not all(isinstance(name, str) and name in numeric for name in changeable):
        raise unfit([Fault("/changeable", "a list of columns that hold numbers and build segments is needed")])
    return customer, changeable
