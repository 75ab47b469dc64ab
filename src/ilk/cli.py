"""The command line: parse, call, print. Data on stdout, the rest on stderr; exit 0 done, 2 to change, 1 our fault."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ilk import __version__
from ilk.cli_app import app_command
from ilk.cli_edit import ModelFile, edit_app, load_model
from ilk.cli_serve import serve_command
from ilk.console import console, progress_bar, say, told
from ilk.errors import BadInput, FileTrouble
from ilk.flags import with_settings

if TYPE_CHECKING:
    from ilk.segment import Study

app = typer.Typer(
    name="ilk",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Finds the kinds of customers you have, and says how far that can be trusted.\n\n"
    "Start with [bold]ilk demo[/bold], then [bold]ilk segment customers.csv[/bold].",
)
app.add_typer(edit_app, name="edit")
app.command("app")(app_command)
app.command("serve")(serve_command)

Out = Annotated[Path | None, typer.Option("--out", "-o", help="Where to write", rich_help_panel="Output")]
Beside = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="As when the model was made", rich_help_panel="Source")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors", rich_help_panel="Output")]
OtherNumber = Annotated[
    int | None, typer.Option("-k", metavar="NUMBER", help="As they would be with so many, of those the study tried")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs", rich_help_panel="Output")]
Force = Annotated[bool, typer.Option("--force", help="Write over what is there", rich_help_panel="Output")]
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file", metavar="ilk.toml", rich_help_panel="Output")
]


def main() -> NoReturn:
    """Run the command line as `ilk` does; commands installed by an earlier version come in here."""
    from ilk.__main__ import main as run

    run()


@app.command("segment")
@told
@with_settings
def segment_command(
    source: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="CSV, Parquet, JSON, Excel or DuckDB file")
    ] = None,
    *,
    settings: dict[str, Any],
    out: Out = None,
    config: Config = None,
    as_json: Json = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Find the kinds of customers in a file, or in what they did, ordered and answered.

    ilk segment customers.csv

    ilk segment customers.csv -k 5 --descriptor region --out spring

    ilk segment 'glob:2026-*/customers.parquet' --where "country = 'DE'"

    ilk segment customers.csv --orders orders.csv --activity posts.csv --survey answers.xlsx

    ilk segment --orders orders.csv
    """
    if source and len(source) > 1:
        raise BadInput(
            "More than one file was named",
            got=", ".join(source),
            do="use 'glob:folder/*.csv' for files of one kind",
        )
    _segment(source[0] if source else None, settings, out=out, config=config, as_json=as_json, quiet=quiet, force=force)


@app.command("demo")
@told
def demo_command(
    out: Out = Path("ilk-demo"),
    customers: Annotated[
        int, typer.Option("--customers", min=1000, max=5_000_000, help="How many customers to make up")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, another world")] = 0,
    *,
    quiet: Quiet = False,
) -> None:
    """See the whole thing on a made-up world, with nothing to bring."""
    from ilk.outputs.folder import studied
    from ilk.world import make_world, write_world

    folder = Path(out or "ilk-demo")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there - {"world"} and not ("world" in there and studied(folder) == "customers.csv"):
        raise BadInput(f"{folder} holds something that is not an ilk demo", do="name another folder with --out")
    write_world(folder / "world", make_world(customers, seed=seed))
    _segment(
        str(folder / "world" / "customers.csv"), {}, out=folder, config=None, as_json=False, quiet=quiet, force=True
    )


@app.command("world")
@told
def world_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder")],
    customers: Annotated[
        int, typer.Option("--customers", min=100, max=50_000_000, help="How many customers to make up")
    ] = 20_000,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    *,
    force: Force = False,
) -> None:
    """Write a made-up world of customers as files, the truth apart."""
    from ilk.world import make_traces, make_world, write_world

    if folder.exists() and any(folder.iterdir()) and not force:
        raise BadInput(f"{folder} is not empty", do="name another folder, or add --force")
    world = make_world(customers, seed=seed)
    write_world(folder, world, make_traces(world, seed))
    say(f"{customers:,} made-up customers are in {folder / 'customers.csv'}; who is who is in {folder / 'truth.csv'}.")
    say("What they follow, answer and order is in activity.csv, survey.csv and orders.csv beside it.")


@app.command("assign")
@told
def assign_command(
    model: ModelFile,
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="Customers: a file, folder or glob:", show_default=False)
    ] = None,
    *,
    activity: Beside = None,
    survey: Beside = None,
    orders: Beside = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV or Parquet file to write; rejects go beside it")],
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column that identifies a customer; the model's when not given")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Say for each customer of a file which segment it is, and how sure that is.

    Give what the model was made of: a file of customers, and with --activity, --survey, --orders what was beside it.
    """
    from ilk.outputs.assignments import assign_to_file
    from ilk.settings import Settings

    loaded, settings = load_model(model), Settings(id=id_column)
    given = {"activity": activity, "survey": survey, "orders": orders}
    others = {kind: files for kind, files in given.items() if files}
    with progress_bar(quiet=quiet or as_json) as progress:
        done = assign_to_file(loaded, source, out, others=others, settings=settings, force=force, progress=progress)
    if as_json:
        print(json.dumps(done.as_json()))
    elif not quiet:
        for line in done.in_words():
            say(line)


@app.command("show")
@told
def show_command(model: ModelFile, k: OtherNumber = None, *, as_json: Json = False) -> None:
    """Show the verdict and the personas in the terminal, also of another number of segments."""
    from ilk.outputs.study_json import study_document
    from ilk.outputs.terminal import show

    loaded = load_model(model)
    loaded = loaded if k is None else loaded.at(k)
    if as_json:
        print(json.dumps(study_document(loaded), ensure_ascii=False, indent=1))
    else:
        show(loaded, console(), folder=model)


@app.command("report")
@told
def report_command(model: ModelFile, out: Out = None, *, force: Force = False) -> None:
    """Write the report of a model: one HTML file that opens offline; a study's goes into its folder."""
    from ilk.files import refuse_overwriting
    from ilk.outputs.folder import model_path, write_report

    if out is not None:
        refuse_overwriting([model_path(model)], [out])
    own = out is None and model.is_dir()
    path = write_report(load_model(model), model if own else out, force=force or own)
    say(f"The report is in {path}.")


@app.command("explain")
@told
def explain_command(
    model: ModelFile,
    customer: Annotated[
        str, typer.Option("--customer", help="One customer as JSON, e.g. '{\"BALANCE\": 40.9}'; - reads stdin")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Say which segment one customer is, why, and how sure that is."""
    text = sys.stdin.read() if customer == "-" else customer
    try:
        values = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise BadInput(
            "--customer is not valid JSON", got=text[:80], do="write it like '{\"BALANCE\": 40.9}'"
        ) from None
    if not isinstance(values, dict):
        raise BadInput("--customer is not one customer", got=text[:80], do="write it like '{\"BALANCE\": 40.9}'")
    explanation = load_model(model).explain(values)
    print(json.dumps(explanation.as_json(), ensure_ascii=False) if as_json else str(explanation))


@app.command("doctor")
@told
def doctor_command(*, quiet: Quiet = False) -> None:
    """Check the installation, and compile the kernels so that the first study is fast."""
    from ilk.doctor import examine

    for line in examine():
        if not quiet:
            say(line)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ilk {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version")
    ] = False,
) -> None:
    """Find the kinds of customers you have."""


def _segment(
    source: str | None,
    given: dict[str, Any],
    *,
    out: Path | None,
    config: Path | None,
    as_json: bool,
    quiet: bool,
    force: bool,
) -> None:
    from ilk.outputs.folder import study_folder
    from ilk.segment import segment
    from ilk.settings import Settings, told_by
    from ilk.sources.joined.study_source import Sources

    config = config or (Path("ilk.toml") if Path("ilk.toml").is_file() else None)
    if config is not None and not config.is_file():
        raise FileTrouble(f"The settings file {config} does not exist", do="check the path given with --config")
    told_elsewhere = told_by(config)
    if told_elsewhere and not quiet:
        say(f"Settings also from {' and '.join(told_elsewhere)}.")
    settings = Settings.of(given, config=config)
    folder = study_folder(Sources.of(source, settings).first, out, force=force)
    with progress_bar(quiet=quiet or as_json) as progress:
        study = segment(source, settings=settings, out=folder, progress=progress, force=force)
    _deliver(study, as_json=as_json, quiet=quiet)


def _deliver(study: Study, *, as_json: bool, quiet: bool) -> None:
    from ilk.outputs.study_json import study_document
    from ilk.outputs.terminal import show

    if as_json:
        print(json.dumps(study_document(study.model, study.seconds), ensure_ascii=False))
    elif not quiet:
        for line in study.understood:
            say(line)
        show(study.model, console(), files=study.files, folder=study.folder)
