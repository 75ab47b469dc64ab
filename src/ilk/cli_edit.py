"""`ilk edit`: changes made by hand, each with its reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ilk.console import say, told

if TYPE_CHECKING:
    from ilk.model.model import Model

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A .ilk file, or a study's folder")]
SegmentNumber = Annotated[int, typer.Argument(metavar="SEGMENT", help="Number of the segment, as `ilk show` prints it")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who come after you")]

edit_app = typer.Typer(
    no_args_is_help=True, help="Change a model by hand: every change keeps its reason and can be undone."
)


def load_model(path: Path) -> Model:
    """Read the model named by a file or by a study's folder."""
    from ilk.model.file import load
    from ilk.outputs.folder import model_path

    return load(model_path(path))


@edit_app.callback()
def edit_root(context: typer.Context, model: ModelFile) -> None:
    """Change a model by hand: every change keeps its reason and can be undone."""
    context.obj = model


@edit_app.command("rename")
@told
def rename_command(context: typer.Context, segment: SegmentNumber, name: str, *, reason: Reason = "") -> None:
    """Give a segment's persona another name."""
    _edit(context.obj, "rename", reason, segment=segment, text=name)


@edit_app.command("note")
@told
def note_command(context: typer.Context, segment: SegmentNumber, text: str, *, reason: Reason = "") -> None:
    """Keep a note with a segment."""
    _edit(context.obj, "note", reason, segment=segment, text=text)


@edit_app.command("use")
@told
def use_command(context: typer.Context, segment: SegmentNumber, text: str, *, reason: Reason = "") -> None:
    """Keep what you do with a segment."""
    _edit(context.obj, "use", reason, segment=segment, text=text)


@edit_app.command("merge")
@told
def merge_command(
    context: typer.Context,
    segment: SegmentNumber,
    other: Annotated[int, typer.Argument(metavar="OTHER", help="Number of the segment that joins it")],
    *,
    reason: Reason = "",
) -> None:
    """Treat two segments as one."""
    _edit(context.obj, "merge", reason, segment=segment, other=other)


@edit_app.command("aside")
@told
def aside_command(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="Condition such as \"tier = 'staff'\"")],
    name: Annotated[str, typer.Option("--name", help="What these customers are called")] = "Set aside",
    *,
    new_column: Annotated[
        bool, typer.Option("--new-column", help="The study did not see this column; files to come will have it")
    ] = False,
    reason: Reason = "",
) -> None:
    """Set customers who meet a condition aside, as segment 0."""
    from ilk.errors import listed
    from ilk.model.conditions import check_known, read_condition, unheard_of
    from ilk.model.edits import ask_why

    ask_why("aside", reason)
    content, test = load_model(context.obj).content, read_condition(rule)
    if not new_column:
        check_known(test, content)
    _edit(context.obj, "aside", reason, text=rule, name=name)
    if seen := unheard_of(test, content):
        say(f"The study told of nobody with {test.column} {test.value!r}; its values are {listed(seen)}.")


@edit_app.command("adopt")
@told
def adopt_command(context: typer.Context, k: int, *, reason: Reason = "") -> None:
    """Adopt another number of segments, of those the study tried."""
    _edit(context.obj, "k", reason, number=k)


@edit_app.command("undo")
@told
def undo_command(context: typer.Context, *, reason: Reason = "") -> None:
    """Take back the last change; the record keeps it, and why it was taken back."""
    from ilk.model.edits import ask_why_undo, standing
    from ilk.outputs.renewed import keep, still_old

    loaded = load_model(context.obj)
    ask_why_undo(loaded.edits, reason)
    changed = loaded.undo(reason.strip())
    keep(changed, context.obj)
    say(f"Undone: {standing(loaded.edits)[-1].action}. {len(standing(changed.edits))} left.")
    if told := still_old(changed, context.obj):
        say(told)


Action = Literal["rename", "note", "use", "merge", "aside", "k"]


def _edit(
    model: Path, action: Action, reason: str, *, segment: int | None = None, other: int | None = None, **what: Any
) -> None:
    from ilk.edit import apply_edit
    from ilk.model.edits import ASKS_WHY, ask_why
    from ilk.model.parts import Edit
    from ilk.outputs.renewed import keep, still_old

    ask_why(action, reason)
    loaded = load_model(model)
    today = datetime.now(UTC).date().isoformat()
    edit = Edit(action, reason, today, uid=_uid(loaded, segment), other=_uid(loaded, other), **what)
    changed = apply_edit(loaded, edit)
    path = keep(changed, model)
    why = " --reason WHY" if action in ASKS_WHY else ""
    say(f"Done, and kept in {path}; `ilk edit {model} undo{why}` takes it back.")
    if told := still_old(changed, model):
        say(told)


def _uid(model: Model, number: int | None) -> str:
    return "" if number is None else model.segment(number).uid
