"""`ilk serve`: answer over HTTP which segment a customer belongs to."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from ilk.console import say, told
from ilk.errors import BadInput, BadSetting, MissingExtra

_SIZE = re.compile(r"([0-9]+)\s*(B|KiB|MiB|GiB)?", re.IGNORECASE)
_UNITS = {"b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30}


@told
def serve_command(
    model: Annotated[Path | None, typer.Argument(metavar="MODEL", help="A .ilk file, or a study's folder")] = None,
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; off loopback keys are needed")
    ] = "127.0.0.1",
    keys: Annotated[Path | None, typer.Option("--keys", help="File of the keys that may ask", metavar="FILE")] = None,
    new_key: Annotated[
        str | None, typer.Option("--new-key", help="Make a key of this name, add it to --keys, print it and stop")
    ] = None,
    max_body: Annotated[str, typer.Option("--max-body", help="Largest body", metavar="SIZE")] = "32MiB",
    max_waiting: Annotated[
        int, typer.Option("--max-waiting", min=1, help="Requests answered or waiting; others are told to come back")
    ] = 256,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds in which a request is answered")] = 60.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log only what goes wrong")] = False,
) -> None:
    """Answer over HTTP which segment customers belong to.

    ilk serve segments.ilk

    ilk serve --new-key shop --keys keys.txt

    ilk serve segments.ilk --host 0.0.0.0 --keys keys.txt
    """
    if new_key is not None:
        _make_key(new_key, keys)
        return
    if model is None:
        raise BadInput("No model was named", do="ilk serve segments.ilk; `ilk segment` makes one")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several threads slow down products of small matrices
    from ilk.outputs.folder import model_path

    try:
        from ilk.service.limits import Limits
        from ilk.service.run import serve
    except ModuleNotFoundError as error:
        raise MissingExtra.named("service", why="`ilk serve`") from error
    limits = Limits(body=_bytes(max_body), waiting=max_waiting, answer_seconds=timeout)
    serve(model_path(model), host, port, keys=keys, limits=limits, quiet=quiet)


def _make_key(name: str, keys: Path | None) -> None:
    from ilk.service.keys import add_key

    if keys is None:
        raise BadSetting("A key needs a file that keeps its hash", do="add --keys keys.txt")
    typer.echo(add_key(keys, name))
    say(f"This is the only time the key of {name} is shown; {keys} keeps its hash.")


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise BadSetting("--max-body is not a size", got=text[:40], do="write it like 32MiB")
    return int(found[1]) * _UNITS[(found[2] or "B").lower()]
