"""Write a tiny file, open it, close it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ilk.settings import Settings
from ilk.sources.open import open_source
from ilk.sources.source import Source

Opener = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Open bytes, a text or anything else, or what is named by `at`; settings by keyword."""
    sources: list[Source] = []

    def open_it(
        content: Any = None, *, at: str | None = None, name: str = "customers.csv", expect: Any = None, **settings: Any
    ) -> Source:
        if at is not None:
            sources.append(open_source(at, Settings(**settings), expect=expect))
            return accounted(sources[-1])
        if isinstance(content, str):
            content = content.encode("utf-8")
        if isinstance(content, bytes):
            path = tmp_path / name
            path.write_bytes(content)
            content = path
        sources.append(open_source(content, Settings(**settings), expect=expect))
        return accounted(sources[-1])

    yield open_it
    for source in sources:
        source.close()


def accounted(source: Source) -> Source:
    """Hold every source of every test to the account of its records."""
    intake = source.intake
    assert intake.rows + intake.rejects + intake.skipped == intake.records
    assert source.rejects().num_rows == intake.rejects
    assert len(source.ids()) == len(source.hashes()) == intake.rows
    assert sum(batch.num_rows for batch in source.batches()) == intake.rows
    return source
