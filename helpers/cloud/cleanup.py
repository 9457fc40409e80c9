"""Delete everything that real-AWS cells created, and say so.

Clean-up works from the ledger alone, looks before it deletes (a resource must still carry the course's tag), and may be repeated: what
is gone stays gone, what could not be deleted is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from helpers.cloud import kinds, targets
from helpers.cloud.kinds.base import Clients, Kind, is_absent
from helpers.cloud.ledger import Entry, Facts, Ledger
from helpers.cloud.recorder import carries_course_tag
from helpers.cloud.targets import Target
from helpers.errors import CourseError, TargetRefused

BUSY_SECONDS = 30.0
_BUSY = ("ResourceConflictException", "ResourceInUseException", "OperationAborted", "ConcurrentModification", "ConcurrentModificationException",
         "TooManyRequestsException", "Throttling", "ThrottlingException", "DeleteConflict")  # fmt: skip


@dataclass
class Report:
    """What clean-up did: lines to read, and how many resources are still there."""

    lines: list[str] = field(default_factory=list)
    deleted: int = 0
    left: int = 0


def cleanup() -> None:
    """Delete, in a ``%%real_aws`` cell, all that such cells created in this account, whichever notebook they stand in.

    Prints one line for each resource: deleted, or why not and how to finish by hand.

    Raises: ``TargetRefused`` outside of a real-AWS cell, ``CourseError`` when something is left.
    """
    target = targets.current()
    if target is None:
        raise TargetRefused(
            "cleanup() deletes what real-AWS cells created: call it in a cell that begins with %%real_aws, or run `course cleanup` in a terminal"
        )
    finish(sweep(target, Ledger()), target, print)


def finish(report: Report, target: Target, say: Callable[[str], object]) -> None:
    """Show a report.

    Raises: ``CourseError`` when something is left.
    """
    for line in report.lines:
        say(line)
    if report.left:
        raise CourseError(
            f"{report.left} of {report.left + report.deleted} resources could not be deleted from account {target.account}: "
            "finish by hand as the lines above say, then clean up again"
        )
    say(f"{report.deleted} deleted, nothing left of this course in account {target.account}")


def planned(target: Target, ledger: Ledger) -> list[Entry]:
    """What clean-up would look at, in its order: users of a resource before the resource, the youngest first."""
    entries = ledger.open_entries(target.account, target.endpoint_url)
    return sorted(reversed(entries), key=lambda entry: _kind(entry).rank)


def listing(target: Target, ledger: Ledger) -> list[str]:
    """What clean-up would look at, as lines to read."""
    return [_describe(entry) for entry in planned(target, ledger)] or [f"nothing in the ledger for {target.describe()}"]


def sweep(target: Target, ledger: Ledger) -> Report:
    """Delete what the ledger holds for this target; needs the target's environment."""
    report = Report()
    clients: dict[tuple[str, str], object] = {}

    def aws_in(region: str) -> Clients:
        return lambda service: (
            clients.get((service, region)) or clients.setdefault((service, region), target.client(service, region))
        )

    for entry in planned(target, ledger):
        try:
            for line in _delete(entry, aws_in(entry.region)):
                report.lines.append(line)
                report.deleted += 1
        except (ClientError, BotoCoreError, TargetRefused) as error:
            report.left += 1
            report.lines.append(f"NOT deleted: {_describe(entry)}: {error}\n    by hand: {_by_hand(entry)}")
        else:
            ledger.note(entry.id, "gone")
    return report


def _delete(entry: Entry, aws: Clients) -> Iterator[str]:
    kind = _kind(entry)
    if entry.event == "asked":
        for key, tags in kind.look(aws, entry.asked):
            if carries_course_tag(tags):
                _patiently(kind, aws, key)
                yield f"deleted: {_describe(entry)}"
        return
    found = kind.tags_if_there(aws, entry.key)
    if found is None:
        if kind.leaves:
            _patiently(kind, aws, entry.key)
        return
    if not carries_course_tag(found[0]):
        raise TargetRefused(
            "it does not carry the tag course=serverless-day22 any more, so it may be somebody else's by now"
        )
    _patiently(kind, aws, entry.key)
    yield f"deleted: {_describe(entry)}"


def _patiently(kind: Kind, aws: Clients, key: Facts) -> None:
    """AWS refuses to delete what it is still changing; that passes."""
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_is_busy),
            wait=wait_exponential(0.5, max=5),
            stop=stop_after_delay(BUSY_SECONDS),
            reraise=True,
        ):
            with attempt:
                kind.delete(aws, key)
    except ClientError as error:
        if not is_absent(error):
            raise


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code", "") in _BUSY


def _kind(entry: Entry) -> Kind:
    return kinds.ALL[entry.service, entry.operation]


def _describe(entry: Entry) -> str:
    name = next(iter(entry.asked.values()), "") or entry.key.get("id", "without a name")
    return f"{_kind(entry).label} {name} ({entry.region})"


def _by_hand(entry: Entry) -> str:
    class Known(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return f"<{name}>"

    command = _kind(entry).by_hand.format_map(Known(entry.asked | entry.key))
    endpoint = f" --endpoint-url {entry.endpoint_url}" if entry.endpoint_url else ""
    return f"{command} --region {entry.region}{endpoint}"
