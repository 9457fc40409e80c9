"""``course build``: the author's command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpers.authoring import build as building
from helpers.authoring.findings import Unbuildable
from helpers.paths import COURSE_ROOT


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--all", "run_all", is_flag=True, help="Execute every notebook, also those whose code did not change.")
@click.option(
    "--check",
    "check_only",
    is_flag=True,
    help="Run and write nothing; fail, one line per finding, when sources or notebooks are not in order.",
)
@click.option(
    "--stamp",
    "stamp_only",
    is_flag=True,
    help="Declare the translations up to date: write the hash of every English text into its pt-BR cell.",
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=COURSE_ROOT,
    show_default="this course",
    help="The folder that holds course/.",
)
def build(units: tuple[str, ...], run_all: bool, check_only: bool, stamp_only: bool, root: Path) -> None:
    """Make notebooks/, labs/ and solutions/ from course/, in English and Portuguese.

    A UNIT is 01 (lesson and lab), lesson-01, lab-01, a folder below course/, or index; without one, all are meant, and docs/coverage.md.
    """
    if check_only + stamp_only + run_all > 1:
        raise click.UsageError("--all, --check and --stamp exclude each other.")
    root = root.resolve()
    try:
        if check_only:
            _check(root, units)
        elif stamp_only:
            _stamp(root, units)
        else:
            changed = building.build(root, units, run_all=run_all, say=click.echo)
            click.echo(f"{len(changed)} files changed" if changed else "everything is up to date")
    except Unbuildable as error:
        _fail(error)


def _check(root: Path, units: tuple[str, ...]) -> None:
    findings = building.check(root, units)
    if findings:
        raise Unbuildable(findings)
    click.echo("sources and notebooks are in order")


def _stamp(root: Path, units: tuple[str, ...]) -> None:
    stamped = building.stamp(root, units)
    for script, cells in stamped.items():
        click.echo(f"{script}: stamped {', '.join(cells)}")
    if not stamped:
        click.echo("every translation carries the hash of its English text")


def _fail(error: Unbuildable) -> None:
    click.echo(str(error))
    count = len(error.findings)
    click.echo(f"{count} finding{'s' if count > 1 else ''}", err=True)
    sys.exit(1)
