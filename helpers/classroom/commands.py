"""``course grade``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, whatever happens.")
@click.option("--lab", metavar="NN", help="The number of the lab, where the notebook does not say it.")
@click.option("--lang", type=click.Choice(["en", "pt-BR"]), help="Language of the report; else the notebook's own.")
@click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another course tree than this one.",
    hidden=True,
)
@click.option(
    "--cell-seconds", type=click.FloatRange(1), default=60, show_default=True, help="How long one cell may run."
)
@click.option(
    "--run-seconds", type=click.FloatRange(10), default=600, show_default=True, help="How long all cells may run."
)
@click.option("--no-sandbox", is_flag=True, help="Run the notebook with resource limits only; the report says so.")
@click.pass_context
def grade(
    ctx: click.Context,
    file: Path,
    as_json: bool,
    lab: str | None,
    lang: str | None,
    course: Path | None,
    cell_seconds: float,
    run_seconds: float,
    no_sandbox: bool,
) -> None:
    """Grade the lab notebook FILE: rebuild it from the course's source and FILE's answers, run it, and judge its account.

    The exit code is 0 when FILE was graded, whatever its points.
    """
    from rich.console import Console

    from helpers.classroom import grading, report
    from helpers.classroom.walls import Walls
    from helpers.paths import COURSE_ROOT

    result = grading.grade(
        file,
        course_root=course or COURSE_ROOT,
        lab=lab,
        lang=lang,
        walls=Walls("limits", "--no-sandbox was given") if no_sandbox else None,
        cell_seconds=cell_seconds,
        run_seconds=run_seconds,
    )
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        report.render(result, Console(stderr=result.status != "graded"))
    if result.status != "graded":
        ctx.exit(1)
