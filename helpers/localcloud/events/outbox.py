"""The outbox: e-mail and text messages end here, where a learner can open them, and never leave the computer."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from helpers.localcloud.clock import VirtualClock


@dataclass(frozen=True)
class Letter:
    """One message that AWS would have handed to a mail server or a phone network.

    kind: ``email``, ``email-json`` or ``sms``. at: virtual time, seconds since 1970. sender: an address, a topic's display name or nothing.
    """

    kind: Literal["email", "email-json", "sms"]
    at: float
    sender: str
    to: str
    subject: str
    text: str
    html: str = ""


class Outbox:
    """The letters of all accounts of one server."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._letters: dict[str, list[Letter]] = {}
        self._lock = threading.Lock()

    def put(
        self,
        account: str,
        kind: Literal["email", "email-json", "sms"],
        to: str,
        text: str,
        *,
        sender: str = "",
        subject: str = "",
        html: str = "",
    ) -> None:
        """Keep one letter, dated now."""
        letter = Letter(kind, self._clock.timestamp(), sender, to, subject, text, html)
        with self._lock:
            self._letters.setdefault(account, []).append(letter)

    def letters(self, account: str) -> list[Letter]:
        """The letters of an account, oldest first."""
        with self._lock:
            return list(self._letters.get(account, ()))

    def forget(self, account: str) -> None:
        """Burn the letters of an account that is being emptied."""
        with self._lock:
            self._letters.pop(account, None)
