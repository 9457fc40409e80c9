"""Which invocations are traced, and the trace header that a function sees.

``Active``: Lambda follows the caller's decision, makes its own where there is none, and sends segments. ``PassThrough``: the header goes through, nothing is sent.
Source: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html and
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import random
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from moto.awslambda.models import LambdaFunction

_OWN_FIELDS = ("Root", "Parent", "Sampled")
_SHARE_OF_THE_REST = 0.05
_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_ID = re.compile(r"[0-9a-fA-F]{16}")
MOST_LINKS = 20
"""How many other traces one segment may be linked to: https://docs.aws.amazon.com/xray/latest/devguide/xray-tracelinking.html"""


@dataclass(frozen=True, slots=True)
class Traced:
    """An invocation whose segments are sent.

    root: the trace. id: of the segment of the service (``AWS::Lambda``). parent: who called, if it was traced too. function_id: of the segment of the function.
    links: trace and segment ids of the messages that the invocation is about. attempt: the attempt of an event under which the function's segment stands.
    """

    root: str
    id: str
    parent: str | None
    function_id: str
    links: tuple[tuple[str, str], ...] = ()
    attempt: str | None = None


class Sampler:
    """Lambda's own decision, which nobody can change: the first invocation of each second and 5 % of the others, for each function."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str, str], int] = {}
        self._draws: dict[tuple[str, str, str], random.Random] = {}
        self._lock = threading.Lock()

    def decide(self, account: str, region: str, name: str, now: float) -> bool:
        """Whether to trace an invocation. now: virtual time in seconds since 1970."""
        key, second = (account, region, name), int(now)
        with self._lock:
            if self._seconds.get(key) != second:
                self._seconds[key] = second
                return True
            draw = self._draws.setdefault(key, random.Random(name))  # the same function is sampled alike in every run
            return draw.random() < _SHARE_OF_THE_REST

    def forget(self, account: str) -> None:
        """Drop what is kept of an account."""
        with self._lock:
            for key in [key for key in self._seconds if key[0] == account]:
                del self._seconds[key]
                self._draws.pop(key, None)


def begin(
    version: LambdaFunction, incoming: str | None, senders: Sequence[str], now: float, sampler: Sampler
) -> tuple[str, Traced | None]:
    """The header that the function will see, and what is sent about the invocation: nothing when it is not sampled.

    senders: the trace headers of the messages of a queue; with active tracing they make links of a trace of its own.
    """
    if (version.tracing_config or {}).get("Mode") != "Active":
        return header_for_function(incoming, now), None
    given = sound_fields(incoming)
    links: tuple[tuple[str, str], ...] = ()
    sampled = given.get("Sampled")
    if senders:
        sent = [sound_fields(header) for header in senders]
        pairs = [(one["Root"], one["Parent"]) for one in sent if one.get("Root") and one.get("Parent")]
        links = tuple(dict.fromkeys(pairs))[:MOST_LINKS]
        decisions = {one.get("Sampled") for one in sent}
        sampled = "1" if "1" in decisions else "0" if "0" in decisions else None
        given = {name: value for name, value in given.items() if name not in _OWN_FIELDS}
    if sampled not in ("0", "1"):
        sampled = str(int(sampler.decide(version.account_id, version.region, version.function_name, now)))
    if sampled == "0":
        return header_for_function(_joined({**given, "Sampled": "0"}), now), None
    traced = Traced(given.get("Root") or new_root(now), new_id(), given.get("Parent"), new_id(), links)
    return _joined({**given, "Root": traced.root, "Parent": traced.function_id, "Sampled": "1"}), traced


def attempted(traced: Traced, header: str) -> tuple[str, Traced]:
    """The header and the ids of one attempt of an event: each attempt is a function's segment of its own."""
    again = replace(traced, function_id=new_id(), attempt=new_id())
    return _joined({**fields(header), "Parent": again.function_id}), again


def header_for_function(incoming: str | None, now: float) -> str:
    """The header of an invocation about which Lambda sends nothing: the caller's root and decision if it sent them, else new ones, not sampled."""
    given = fields(incoming)
    return _joined(
        {
            **given,
            "Root": given.get("Root") or new_root(now),
            "Parent": given.get("Parent") or new_id(),
            "Sampled": given.get("Sampled") or "0",
        }
    )


def fields(header: str | None) -> dict[str, str]:
    """The fields of an ``X-Amzn-Trace-Id``, without ``Self``, which belongs to a load balancer."""
    parts = (part.strip().partition("=") for part in (header or "").split(";"))
    return {name: value for name, _, value in parts if value and name != "Self"}


def sound_fields(header: str | None) -> dict[str, str]:
    """The fields of a header that comes from anybody, without ids that are none: they would make segments that X-Ray does not take."""
    given = fields(header)
    if not _ROOT.fullmatch(given.get("Root", "")):
        given.pop("Root", None)
        given.pop("Parent", None)
    if not _ID.fullmatch(given.get("Parent", "")):
        given.pop("Parent", None)
    return given


def new_root(now: float) -> str:
    """A trace id. now: virtual time in seconds since 1970."""
    return f"1-{int(now):08x}-{secrets.token_hex(12)}"


def new_id() -> str:
    """The id of a segment."""
    return secrets.token_hex(8)


def _joined(given: dict[str, str]) -> str:
    ordered = {name: given[name] for name in _OWN_FIELDS if name in given} | given
    return ";".join(f"{name}={value}" for name, value in ordered.items())
