"""The commands of the learner's desk: ``course start``, ``course doctor`` and ``course tour``."""

from __future__ import annotations

import sys

import click

from helpers.languages import Language, language_option


@click.command()
@language_option("Language of the notebooks and of JupyterLab.")
@click.option("--no-browser", is_flag=True, help="Print the link and open nothing.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8888,
    show_default=True,
    help="Port of JupyterLab; the next free one if taken.",
)
def start(language: Language, no_browser: bool, port: int) -> None:
    """Open the course: the local cloud, and JupyterLab on the index of its lessons."""
    from helpers.desk.start import start as run

    run(language, open_browser=not no_browser, port=port)


@click.command()
def doctor() -> None:
    """Say what this computer lacks for the course, and the command that mends it."""
    from helpers.desk.doctor import examine

    sys.exit(0 if examine() else 1)


@click.command()
@language_option("Language of the notebooks and of JupyterLab.")
def tour(language: Language) -> None:
    """Run lesson 00 and the solution of lab 01 without a browser, and print what happens."""
    from helpers.desk.tour import tour as run

    sys.exit(0 if run(language) else 1)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default="any free port", help="Port on 127.0.0.1."
)
def shop(port: int) -> None:
    """Run a local cloud with Loja's whole API in it, to be called with curl; Ctrl-C ends it."""
    from helpers.desk.shop import serve

    serve(port)
