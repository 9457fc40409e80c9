"""How a lab says what it expects: the vocabulary of ``course/labs/*/checks.py``.

A check is a function that gets an :class:`Account` and calls :func:`expect`. It sees the account only through public AWS
APIs, so the same check can look at a real account.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from helpers.classroom.account import Account, Invocation
from helpers.classroom.texts import Text, fill, show
from helpers.errors import BuildFailed, CourseError
from helpers.languages import LANGUAGES

__all__ = ["Account", "Check", "Exercise", "Failed", "Invocation", "Lab", "expect"]

CheckFunction = Callable[[Account], None]


class Failed(CourseError):
    """What a check expected and did not see, in both languages.

    The values of the sentence stay apart from it, so that a hidden check can name the requirement without them.
    """

    def __init__(self, text: Text, values: dict[str, object] | None = None, read: str | Text | None = None) -> None:
        self.text = text
        self.values = values or {}
        self.read = read
        super().__init__(self.message()["en"])

    def message(self, *, hidden: bool = False) -> Text:
        """The whole sentence; with ``hidden`` every value is shown as an ellipsis."""
        filled = fill(self.text, {name: "…" if hidden else show(value) for name, value in self.values.items()})
        if self.read is None:
            return filled
        where = (
            {"en": self.read, "pt-BR": self.read.replace("lesson ", "lição ")}
            if isinstance(self.read, str)
            else self.read
        )
        return {lang: f"{sentence} ({_READ[lang]} {where[lang]})" for lang, sentence in filled.items()}


_READ = {"en": "read", "pt-BR": "veja"}


class _Evidence(threading.local):
    seen = 0


_evidence = _Evidence()


def expect(condition: object, *, en: str, pt: str, read: str | Text | None = None, **values: object) -> None:
    """Go on when ``condition`` is true; else fail the check with a sentence.

    en, pt: what was expected and what was seen, with ``{name}`` for each of ``values``.
    read: which page helps, such as ``"lesson 01, 'Five doors'"``, or one such text a language.
    values: what was seen; a hidden check shows an ellipsis in their place.

    Raises: :class:`Failed`.
    """
    if not condition:
        raise Failed({"en": en, "pt-BR": pt}, values, read)
    _evidence.seen += 1


def evidence_of(check: Check, account: Account) -> int:
    """Run ``check`` here and count what it expected and saw.

    A check that comes back without one true ``expect`` (it is empty, or a generator that nobody ran) has seen nothing.
    """
    _evidence.seen = 0
    check.function(account)
    return _evidence.seen


@dataclass(frozen=True)
class Check:
    """One thing to look at, with its points. ``hidden`` ones draw their own inputs and never show them."""

    name: str
    exercise: str
    points: int
    title: Text
    hidden: bool
    function: CheckFunction


@dataclass
class Exercise:
    """One task of a lab and its checks, in the order in which they are shown."""

    number: str
    title: Text
    checks: list[Check] = field(default_factory=list)

    @property
    def max_points(self) -> int:
        return sum(check.points for check in self.checks)


class Lab:
    """The judge's side of one lab.

    number: two digits, such as ``"01"``; exercises are ``"01.1"``, ``"01.2"`` …
    title: one text a language.
    """

    def __init__(self, number: str, title: Text) -> None:
        self.number = number
        self.title = _in_both(title, f"lab {number}")
        self.exercises: dict[str, Exercise] = {}

    def exercise(self, number: str, title: Text) -> None:
        """Announce an exercise; its checks follow.

        Raises: ``BuildFailed`` for a number that is taken or belongs to another lab.
        """
        if not number.startswith(self.number + ".") or number in self.exercises:
            raise BuildFailed(
                f"exercise {number} cannot be added to lab {self.number}: give it a free number that begins with {self.number}."
            )
        self.exercises[number] = Exercise(number, _in_both(title, f"exercise {number}"))

    def check(
        self, exercise: str, *, points: int, title: Text, hidden: bool = False
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Make the decorated function a check of ``exercise``, worth ``points`` (at least 1).

        Raises: ``BuildFailed`` for an exercise that was not announced, a name that is taken, or no points.
        """

        def add(function: CheckFunction) -> CheckFunction:
            name = function.__name__
            if exercise not in self.exercises:
                raise BuildFailed(
                    f"check {name} belongs to exercise {exercise}, which lab {self.number} does not announce: add lab.exercise first"
                )
            if points < 1 or name in {check.name for check in self.exercises[exercise].checks}:
                raise BuildFailed(f"check {name} of exercise {exercise} needs a name of its own and at least 1 point")
            self.exercises[exercise].checks.append(
                Check(name, exercise, points, _in_both(title, f"check {name}"), hidden, function)
            )
            return function

        return add

    @property
    def max_points(self) -> int:
        return sum(exercise.max_points for exercise in self.exercises.values())


def _in_both(text: Text, owner: str) -> Text:
    missing = [lang for lang in LANGUAGES if not text.get(lang)]
    if missing:
        raise BuildFailed(f"{owner} has no title in {_listed(missing)}: write it in both languages")
    return text


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
