"""``course cloud``: the local cloud with the judge beside it, in one process that learners' kernels cannot reach into."""

from __future__ import annotations

import click

from helpers.cloud import commands, discovery
from helpers.errors import CourseError
from helpers.localcloud import server
from helpers.localcloud.context import CloudContext
from helpers.localcloud.wire import WSGIApp
from helpers.paths import COURSE_ROOT, data_folder
from helpers.version import fingerprint


def judge(context: CloudContext) -> tuple[str, WSGIApp]:
    """Mount the judge of the labs at ``/_course``; its records lie in the learner's data folder."""
    from helpers.classroom.app import judge_app

    return "/_course", judge_app(
        course_root=COURSE_ROOT,
        endpoint_url=context.endpoint_url,
        secret=context.secret,
        records=data_folder() / "verdicts",
    )


@click.group(invoke_without_command=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default="any free port", help="Port on 127.0.0.1."
)
@click.option(
    "--owner",
    type=click.Choice(["terminal", "stdin", "leases"]),
    default="terminal",
    show_default=True,
    help="What it lives for: this terminal, its standard input, or the notebooks that use it.",
)
@click.pass_context
def cloud(context: click.Context, port: int, owner: server.Owner) -> None:
    """Run the local cloud in the foreground; it prints AWS_ENDPOINT_URL=… when it is ready.

    With a command, look into the one that runs.
    """
    if context.invoked_subcommand is None:
        _run(port, owner)


cloud.add_command(commands.events)
cloud.add_command(commands.outbox)


def _run(port: int, owner: server.Owner) -> None:
    address = ""

    def announce(line: str) -> None:
        nonlocal address
        address = line.partition("=")[2]
        if owner != "stdin":
            try:
                discovery.record(address)
            except CourseError as error:
                click.echo(str(error), err=True)
        click.echo(line)

    try:
        server.run(port, owner=owner, version=fingerprint(), mounts=(judge,), announce=announce)
    finally:
        if address:
            discovery.forget(address)
