"""`ilk app`: the web app on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ilk.address import is_loopback
from ilk.console import say, told
from ilk.errors import BadSetting, FileTrouble, MissingExtra


@told
def app_command(
    opened: Annotated[
        Path | None, typer.Argument(metavar="MODEL|DIR", help="A .ilk file, or a study's folder; none: a start page")
    ] = None,
    *,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port")] = 8501,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; off loopback paths are off")] = "127.0.0.1",
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", help="Folder under which files may be named by path; may be given again", metavar="DIR"),
    ] = None,
    max_upload: Annotated[int, typer.Option("--max-upload", min=1, help="Largest upload", metavar="MiB")] = 500,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Name the app may be called by; may be given again", metavar="NAME"),
    ] = None,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="People sign in first; see docs/guide/app.md")] = False,
    without_sign_in: Annotated[
        bool, typer.Option("--without-sign-in", help="Off loopback: let everybody in who reaches this machine")
    ] = False,
) -> None:
    """Open the web app: segments, the form for one customer, new studies.

    ilk app ilk-demo

    ilk app segments.ilk --port 8600

    ilk app --root /data/customers

    ilk app --host 0.0.0.0 --sign-in --allow-host segments.example.com
    """
    try:
        from ilk.app.launch import Launch
        from ilk.app.run import serve
    except ModuleNotFoundError as error:
        raise MissingExtra.named("app", why="`ilk app`") from error
    from ilk.app.opened import opened as open_study

    if opened is not None:
        open_study(opened)
    loopback = is_loopback(host)
    if not (loopback or sign_in or without_sign_in):
        raise _open_to_all(host)
    launch = Launch(
        opened,
        _roots(root or [], loopback=loopback),
        upload_mib=max_upload,
        loopback=loopback,
        sign_in=sign_in,
        hosts=frozenset(name.lower() for name in allow_host or ()),
    )
    shown = "localhost" if loopback else host
    serve(launch, host, port, started=lambda: say(f"The app is on http://{shown}:{port} - Ctrl-C ends it."))


def _open_to_all(host: str) -> BadSetting:
    return BadSetting(
        f"On {host} everybody who reaches this machine could see the customers",
        do="add --sign-in, or --without-sign-in if that is what you want",
    )


def _roots(named: list[Path], *, loopback: bool) -> tuple[Path, ...]:
    """Folders under which paths may be named: where we are when none is given, none at all off loopback."""
    for folder in named:
        if not folder.is_dir():
            raise FileTrouble(f"--root {folder} is not a folder", do="name one that is there")
    return tuple(folder.resolve() for folder in named) or ((Path.cwd(),) if loopback else ())
