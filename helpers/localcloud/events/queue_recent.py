"""What a queue remembers for five minutes: on a FIFO queue, messages by their deduplication id and receives by their attempt id.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.localcloud.events.queue_memory import Fading
from helpers.localcloud.events.queue_messages import Message, Outgoing, State, Stored
from helpers.localcloud.events.queue_shelf import Shelf

_KEPT_SECONDS = 300


@dataclass(frozen=True)
class _Attempt:
    messages: list[Message]
    versions: list[tuple[Stored, int]]


class Recent:
    """The recent past of one queue. Not safe among threads: the lock of the queue guards it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._sent: Fading[tuple[str | None, str], Stored] = Fading(_KEPT_SECONDS)
        self._attempts: Fading[str, _Attempt] = Fading(_KEPT_SECONDS)

    def first_of(self, outgoing: Outgoing, scope: str, now: float) -> Stored | None:
        """The message that ``outgoing`` is a duplicate of. scope: ``queue`` or ``messageGroup``."""
        return self._sent.get(key, now) if (key := _key(outgoing, scope)) else None

    def keep_sent(self, message: Stored, scope: str, now: float) -> None:
        """Remember a message, so that its duplicates are known."""
        if key := _key(message, scope):
            self._sent.keep(key, message, now)

    def keep_attempt(self, attempt_id: str, messages: list[Message], taken: list[Stored], now: float) -> None:
        """Remember what a receive gave."""
        self._attempts.keep(attempt_id, _Attempt(messages, [(one, one.version) for one in taken]), now)

    def repeat(self, attempt_id: str, now: float, timeout: float) -> list[Message]:
        """The messages of the receive before with the same id, in flight for another ``timeout`` seconds; none when one of them was touched since."""
        attempt = self._attempts.get(attempt_id, now)
        if attempt is None or any(message.version != version for message, version in attempt.versions):
            self._attempts.drop(attempt_id)
            return []
        for message, _ in attempt.versions:
            self._shelf.enter(message, State.IN_FLIGHT, now + timeout)
        versions = [(message, message.version) for message, _ in attempt.versions]
        self._attempts.replace(attempt_id, _Attempt(attempt.messages, versions))
        return attempt.messages


def _key(message: Outgoing | Stored, scope: str) -> tuple[str | None, str] | None:
    if message.deduplication_id is None:
        return None
    return message.group if scope == "messageGroup" else None, message.deduplication_id
