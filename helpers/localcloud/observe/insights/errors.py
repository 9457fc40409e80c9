"""What is wrong with a query's text, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the query's text: from ``start`` up to but not including ``end``, in characters."""

    start: int
    end: int


class MalformedQuery(Exception):
    """AWS's ``MalformedQueryException``.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryCompileError.html
    """

    def __init__(self, message: str, at: Span) -> None:
        super().__init__(message)
        self.message = message
        self.at = at

    def placed(self, text: str) -> MalformedQuery:
        """The same error, whose words say the place in ``text`` too."""
        if "position" in self.message:
            return self
        return MalformedQuery(f"{self.message} (at {place(text, self.at.start)})", self.at)

    def document(self) -> dict[str, object]:
        """The body of the error as CloudWatch Logs sends it."""
        location = {"startCharOffset": self.at.start, "endCharOffset": self.at.end}
        return {
            "__type": "MalformedQueryException",
            "message": self.message,
            "queryCompileError": {"location": location, "message": self.message},
        }


def already_defined(name: str, at: Span) -> MalformedQuery:
    """A name of the query that is given again. AWS takes one that ``fields`` names again for that, too; ``display`` may."""
    return MalformedQuery(f"Ephemeral field is already defined: {name} ([{at.start},{at.end}])", at)


def unknown_symbol(name: str, at: Span, reason: str = "") -> MalformedQuery:
    """A name that a ``stats`` command, or what follows it, does not know. reason: in words, such as ``: bin needs it``."""
    return MalformedQuery(f"Unknown symbols found in or after stats: {name}{reason}", at)


def place(text: str, offset: int) -> str:
    """Line and position of a character, counted from 1, as error messages say them."""
    line = text.count("\n", 0, offset) + 1
    return f"line {line} and position {offset - (text.rfind(chr(10), 0, offset) + 1) + 1}"
