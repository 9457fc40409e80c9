"""Commands of a terminal: ``course cleanup`` deletes what real-AWS cells created; ``course cloud events`` and ``outbox`` look into an account."""

from __future__ import annotations

import os

import click


@click.command()
@click.option(
    "--target", type=click.Choice(["aws", "endpoint"]), help="Where to clean up; by default what COURSE_TARGET says."
)
@click.option("--dry-run", is_flag=True, help="Only say what is in the ledger.")
def cleanup(target: str | None, dry_run: bool) -> None:
    """Delete what real-AWS cells created, on the account your AWS credentials lead to."""
    from helpers.cloud import cleanup as cleaning
    from helpers.cloud import targets
    from helpers.cloud.ledger import Ledger
    from helpers.errors import TargetRefused

    if target:
        os.environ["COURSE_TARGET"] = target
    kind = targets.chosen()
    if kind is None:
        raise TargetRefused(
            "say where to clean up: `course cleanup --target aws`, or --target endpoint with COURSE_ENDPOINT_URL set"
        )
    ledger = Ledger()
    place = targets.find(kind)
    if dry_run:
        for line in cleaning.listing(place, ledger):
            click.echo(line)
        return
    targets.confirm(place)
    with targets.entered(place):
        cleaning.finish(cleaning.sweep(place, ledger), place, click.echo)


_account = click.option(
    "--account",
    envvar=["COURSE_ACCOUNT", "AWS_ACCESS_KEY_ID"],
    help="Which account; the first cell of a notebook prints it. In a notebook's shell cell it is that notebook's.",
)


@click.command()
@_account
@click.option("--message", metavar="ID", help="Only the way of this message.")
def events(account: str | None, message: str | None) -> None:
    """Print what became of the messages and events of an account."""
    from helpers.cloud import events as ledger

    steps = ledger.events(endpoint_url=_running(), account=_known(account))
    click.echo(str(ledger.journey(message, steps) if message else steps))


@click.command()
@_account
def outbox(account: str | None) -> None:
    """Print the e-mails and text messages that an account has sent; they never leave this computer."""
    from helpers.cloud import events as ledger

    click.echo(str(ledger.outbox(endpoint_url=_running(), account=_known(account))))


def _running() -> str:
    from helpers.cloud import discovery
    from helpers.errors import CloudUnavailable

    found = discovery.find()
    if found is None:
        raise CloudUnavailable(
            "no local cloud is running: open a notebook and run its first cell, or run `course cloud`"
        )
    return found.endpoint_url


def _known(account: str | None) -> str:
    from helpers.errors import CourseError

    if account is None or not (account.isdecimal() and len(account) == 12):
        raise CourseError(
            "say which account: the first cell of a notebook prints it; then add --account and its twelve digits"
        )
    return account
