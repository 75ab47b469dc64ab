"""Text files: land every record in DuckDB as texts, with an explicit dialect."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

from ilk.sources.landing import Landing, position
from ilk.sources.sandbox import Sandbox, literal
from ilk.sources.source import Dialect


def land_text(sandbox: Sandbox, path: Path) -> Landing:
    """Land a text file."""
    with path.open(newline="", encoding="utf-8-sig") as handle:
        first = handle.readline()
        delimiter = max(",;\t|", key=first.count)
        names = next(csv.reader([first], delimiter=delimiter))
    line_end: Literal["\\r\\n", "\\n"] = "\\r\\n" if first.endswith("\r\n") else "\\n"
    columns = ", ".join(f"{position(i)}: 'VARCHAR'" for i in range(len(names)))
    sandbox.run(
        f"CREATE TABLE landed AS SELECT * FROM read_csv({literal(str(path))}, auto_detect=false, columns={{{columns}}}, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', header=false, skip=1, nullstr='', "
        f"new_line={literal(line_end)}, store_rejects=true, rejects_limit=0)"
    )
    (n,) = sandbox.row("SELECT count(*) FROM landed")
    return Landing(
        name=path.stem,
        relation="landed",
        names=tuple(names),
        types=("VARCHAR",) * len(names),
        records=n + 1,
        skipped=1,
        dialect=Dialect("utf-8", delimiter, '"', ".", "", line_end, header=True, preamble=0),
    )
