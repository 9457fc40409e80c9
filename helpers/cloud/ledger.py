"""The ledger: what real-AWS cells created, as JSON lines on disk, written before and after each call.

A line is one event of one entry: ``asked`` before a create call is sent, then ``made``, or ``refused`` when AWS said no for certain;
``gone`` once clean-up has deleted it or found that it never came to be. An entry that stays ``asked`` may or may not exist: clean-up looks.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from helpers.errors import CourseError
from helpers.paths import data_folder

Event = Literal["asked", "made", "refused", "gone"]
Facts = dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One create call and what is known of its fate.

    asked: what the call named, enough to search for the resource. key: what identifies it, known once it was made.
    """

    id: str
    event: Event
    account: str
    endpoint_url: str | None
    region: str
    service: str
    operation: str
    asked: Facts
    lesson: str
    notebook: str
    key: Facts = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Every name, ARN or URL by which a call may mean this resource."""
        return {value for value in (*self.asked.values(), *self.key.values()) if value}


class Ledger:
    """The ledger file; several kernels may append to it.

    path: by default ``real-aws-ledger.jsonl`` in the learner's data folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_folder() / "real-aws-ledger.jsonl"
        self._size = -1
        self._entries: dict[str, Entry] = {}

    def ask(self, **facts: Any) -> str:
        """Record that a create call is about to be sent; returns the entry's id.

        Raises: ``CourseError`` when the line cannot be written; the call must then not be sent.
        """
        identity = uuid.uuid4().hex
        self._append({"id": identity, "event": "asked", **facts})
        return identity

    def note(self, identity: str, event: Event, key: Facts | None = None) -> None:
        """Record what became of an entry.

        Raises: ``CourseError`` when the line cannot be written.
        """
        self._append({"id": identity, "event": event, **({"key": key} if key else {})})

    def entries(self, account: str, endpoint_url: str | None) -> list[Entry]:
        """All entries of one account, oldest first, each with its latest event."""
        self._read()
        return [
            entry for entry in self._entries.values() if entry.account == account and entry.endpoint_url == endpoint_url
        ]

    def open_entries(self, account: str, endpoint_url: str | None) -> list[Entry]:
        """The entries that may still stand for something that exists."""
        return [entry for entry in self.entries(account, endpoint_url) if entry.event in ("asked", "made")]

    def _append(self, line: dict[str, Any]) -> None:
        text = json.dumps({"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), **line}, ensure_ascii=False)
        try:
            with self.path.open("a+b") as file:
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                torn = bool(end) and file.read(1) != b"\n"
                file.write(("\n" if torn else "").encode() + text.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CourseError(
                f"the ledger {self.path} cannot be written ({error.strerror}), and nothing may be created on real AWS without it: "
                "free some disk space, or set COURSE_DATA to a folder that can be written"
            ) from None

    def _read(self) -> None:
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            self._entries, self._size = {}, -1
            return
        if size == self._size:
            return
        entries: dict[str, Entry] = {}
        for text in self.path.read_text("utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # a line cut short by a crash: its call was not sent yet, or its entry stays `asked`
            known = entries.get(line["id"])
            if line["event"] == "asked":
                entries[line["id"]] = Entry(**{name: value for name, value in line.items() if name != "at"})
            elif known:
                entries[line["id"]] = replace(known, event=line["event"], key=line.get("key", known.key))
        self._entries, self._size = entries, size
