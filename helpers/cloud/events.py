"""The ledger of an account, as a learner reads it: what became of every message and event, and the letters that were sent.

``events()`` gives all steps, ``journey(message_id)`` the way of one message, ``outbox()`` the e-mails and text messages.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from helpers.cloud.control import call, connected_endpoint
from helpers.errors import CourseError


@dataclass(frozen=True)
class Step:
    """One step on a message's way.

    number: grows with every step. at: virtual time, an aware UTC datetime.
    step: ``published``, ``sent``, ``delivered``, ``filtered``, ``received``, ``returned``, ``deleted``, ``failed``, ``retried``, ``dead-lettered``, ``moved``, and others.
    message: its id where it is. resource: the ARN at which the step happened. to: where it went, if it went.
    parent: the id of what it came from. trace: the root of the trace that it belongs to. count: how often it was received or tried.
    """

    number: int
    at: dt.datetime
    step: str
    message: str
    resource: str
    to: str | None = None
    parent: str | None = None
    trace: str | None = None
    count: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The resource in short: ``queue billing``."""
        return short(self.resource)

    def __str__(self) -> str:
        went = f" → {short(self.to)}" if self.to else ""
        times = f" ({self.count})" if self.count else ""
        why = f": {self.detail['reason']}" if self.detail.get("reason") else ""
        return f"{self.at:%H:%M:%S}  {self.step + times:<15} {self.place}{went}{why}"


class Steps(Sequence[Step]):
    """Steps in the order in which they happened; printed, one line each."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = tuple(steps)

    @overload
    def __getitem__(self, place: int) -> Step: ...
    @overload
    def __getitem__(self, place: slice) -> Steps: ...
    def __getitem__(self, place: int | slice) -> Step | Steps:
        return Steps(self._steps[place]) if isinstance(place, slice) else self._steps[place]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def __repr__(self) -> str:
        return "\n".join(map(str, self._steps)) or "nothing has happened in this account yet"


@dataclass(frozen=True)
class Letter:
    """One e-mail (``email``, ``email-json``) or text message (``sms``) that would have left the cloud.

    at: virtual time, an aware UTC datetime.
    """

    kind: str
    at: dt.datetime
    sender: str
    to: str
    subject: str
    text: str
    html: str = ""

    def __str__(self) -> str:
        head = f"{self.at:%H:%M:%S}  {self.kind} to {self.to}"
        subject = f"\n{self.subject}" if self.subject else ""
        return f"{head}{subject}\n{self.text or self.html}".rstrip()


class Letters(Sequence[Letter]):
    """Letters, oldest first; printed, one below the other."""

    def __init__(self, letters: Iterable[Letter]) -> None:
        self._letters = tuple(letters)

    @overload
    def __getitem__(self, place: int) -> Letter: ...
    @overload
    def __getitem__(self, place: slice) -> Letters: ...
    def __getitem__(self, place: int | slice) -> Letter | Letters:
        return Letters(self._letters[place]) if isinstance(place, slice) else self._letters[place]

    def __len__(self) -> int:
        return len(self._letters)

    def __repr__(self) -> str:
        return "\n\n".join(map(str, self._letters)) or "the outbox is empty"


def events(after: int = 0, *, endpoint_url: str | None = None, account: str | None = None) -> Steps:
    """All steps of the connected account, oldest first.

    after: leave out the steps up to this number. endpoint_url, account: of another cloud than the connected one.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    answer = _ask(f"/_localcloud/events?after={after}", endpoint_url, account)
    return Steps(
        Step(
            number=entry["number"],
            at=_moment(entry["at"]),
            **{
                name: entry[name]
                for name in ("step", "message", "resource", "to", "parent", "trace", "count", "detail")
            },
        )
        for entry in answer["entries"]
    )


def journey(message_id: str, steps: Iterable[Step] | None = None) -> Steps:
    """The way of one message: what happened to it, and to all that came of it.

    message_id: what ``publish``, ``send_message``, ``put_events`` or an asynchronous ``invoke`` answered. A message that a function sent while it
    handled this one belongs to its way; with batches, it belongs to the way of each message of the batch.

    Raises: ``CourseError`` when the ledger does not know the message, ``CloudUnavailable`` before ``connect()``.
    """
    lives: dict[str, list[Step]] = {}
    for step in steps if steps is not None else events():
        lives.setdefault(step.message, []).append(step)
    if message_id not in lives:
        raise CourseError(
            f"the ledger knows no message {message_id}: give the MessageId that publish or send_message answered in this notebook"
        )
    ids, since, way = {message_id}, dict[str, int](), set[str]()
    while found := [one for one, life in lives.items() if one not in way and _belongs(life[0], ids, since)]:
        way.update(found)
        for life in (lives[one] for one in found):
            ids.update(step.message for step in life)
            ids.update(str(step.detail["received_as"]) for step in life if "received_as" in step.detail)
            taken = next((step.number for step in life if step.step == "received"), life[0].number)
            for trace in {step.trace for step in life if step.trace}:
                since[trace] = min(since.get(trace, taken), taken)
    return Steps(sorted((step for one in way for step in lives[one]), key=lambda step: step.number))


def outbox(*, endpoint_url: str | None = None, account: str | None = None) -> Letters:
    """The e-mails and text messages that the account has sent; they never leave this computer.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    answer = _ask("/_localcloud/outbox", endpoint_url, account)
    return Letters(Letter(**{**letter, "at": _moment(letter["at"])}) for letter in answer["letters"])


def short(arn: str | None) -> str:
    """What an ARN names, in two words: ``queue billing``, ``topic orders``, ``function bill``; anything else as it is."""
    parts = (arn or "").split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return arn or ""
    service, name = parts[2], parts[5]
    if service in ("sqs", "sns"):
        return f"{'queue' if service == 'sqs' else 'topic'} {name.split(':')[0]}"
    if service == "s3":
        return f"bucket {name.split('/')[0]}"
    if service == "lambda":
        return f"function {name.split(':')[1]}"
    if service == "dynamodb":
        return f"table {name.split('/')[1]}"
    return f"{name.split('/')[0].removeprefix('event-')} {name.split('/')[-1]}" if service == "events" else name


def _belongs(first: Step, ids: set[str], since: dict[str, int]) -> bool:
    """Whether the message with this first step comes of one of ``ids``, or was sent in one of their traces after they were received."""
    if first.message in ids or first.parent in ids:
        return True
    return first.parent is None and first.trace in since and first.number > since[first.trace]


def _ask(path: str, endpoint_url: str | None, account: str | None) -> dict[str, Any]:
    where = endpoint_url or connected_endpoint()
    return call(
        where, "GET", path, headers={"x-localcloud-account": account or os.environ.get("AWS_ACCESS_KEY_ID", "")}
    )


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
