"""Labels that do not cover each other: boxes are moved up and down until they stand apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Box:
    """A text's middle and half its width and height, in pixels."""

    x: float
    y: float
    half_width: float
    half_height: float
    text: str

    def overlap(self, other: Box) -> float:
        """Pixels by which two boxes would have to part vertically; 0 when they stand apart."""
        beside = abs(self.x - other.x) >= self.half_width + other.half_width
        return 0.0 if beside else max(0.0, self.half_height + other.half_height - abs(self.y - other.y))


def apart(boxes: Sequence[Box], inner: tuple[int, int]) -> list[Box]:
    """The boxes, moved vertically as little as needed, all inside `inner` (width, height)."""
    placed = sorted(boxes, key=lambda box: (box.y, box.x))
    for _ in range(ROUNDS):
        moved = False
        for i, j in combinations(range(len(placed)), 2):
            push = placed[i].overlap(placed[j])
            if push > 0:
                moved = True
                placed[i] = replace(placed[i], y=placed[i].y - push / 2 - 0.5)
                placed[j] = replace(placed[j], y=placed[j].y + push / 2 + 0.5)
        placed = [replace(box, y=min(max(box.y, box.half_height), inner[1] - box.half_height)) for box in placed]
        if not moved:
            break
    return placed
