"""How much the service takes on: sizes, counts and seconds."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.errors import BadSetting

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for, and how many may ask at once.

    Args:
        body: Bytes of a request's body; 10,000 customers of 17 columns are 5 MB.
        customers: In one request.
        waiting: Requests that are worked on or wait; the next one is told to come back.
        large: Bodies over `large_from` that are read and scored at once, so that memory is bounded.
        large_from: Bytes from which a body counts as large.
        together: Customers up to whom requests that arrive at the same time are scored together, at once.
        read_seconds: In which a body has to arrive.
        answer_seconds: In which a request has to be answered, reading included.
        stop_seconds: That requests in flight are given when the service is asked to stop.
        watch_seconds: Between two looks at the model file.
    """

    body: int = 32 * MIB
    customers: int = 10_000
    waiting: int = 256
    large: int = 2
    large_from: int = MIB
    together: int = 256
    read_seconds: float = 30.0
    answer_seconds: float = 60.0
    stop_seconds: float = 30.0
    watch_seconds: float = 1.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise BadSetting(
                    f"The limit {name} must be above 0",
                    got=str(getattr(self, name)),
                    do="leave it out, or give a larger one",
                )
