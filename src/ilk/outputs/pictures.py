"""Every chart and persona card as a PNG, for slides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ilk.files import private_folder, write_bytes
from ilk.outputs.charts.card import persona_card
from ilk.outputs.charts.correlation import correlation_grid
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.orders import orders_grid
from ilk.outputs.charts.sizes import sizes_and_value
from ilk.outputs.reading import Reading
from ilk.outputs.sections.answers import answers
from ilk.outputs.sections.number import how_many
from ilk.outputs.sections.personas import chapters
from ilk.outputs.sections.places import map_of

if TYPE_CHECKING:
    from ilk.model.model import Model


def figures_of(model: Model) -> Iterator[Figure]:
    """All charts of the report, then a card a persona; each has a name of its own."""
    reading = Reading(model)
    number = how_many(reading)
    charts = [
        map_of(reading),
        sizes_and_value(reading.segments, reading.value, reading.least, reading.unlike, of_whom=reading.of_whom),
        number.stability,
        number.flow,
    ]
    charts += [number.trust, *number.folded, correlation_grid(reading.content)]
    charts += [*answers(reading), orders_grid(reading.content, reading.segments)]
    for chapter in chapters(reading):
        charts += [chapter.interests, chapter.marker_chart, *chapter.distributions]
    charts += [persona_card(segment, reading) for segment in reading.segments]
    yield from (chart for chart in charts if chart is not None)


def write_pictures(model: Model, folder: Path) -> tuple[Path, ...]:
    """Write all of them into a folder of their own; it holds no customer.

    Raises:
        FileTrouble: If one cannot be written.
    """
    private_folder(folder)
    written = []
    for figure in figures_of(model):
        path = folder / f"{figure.name}.png"
        write_bytes(path, figure.picture())
        written.append(path)
    return tuple(written)
