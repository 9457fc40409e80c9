"""``course cleanup``: delete from a terminal what real-AWS cells created."""

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
