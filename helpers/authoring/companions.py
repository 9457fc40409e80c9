"""The files beside a unit's script: ``quiz.yaml`` of a lesson, ``hints.yaml`` and the exercises of ``checks.py`` of a lab."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.texts import Text, Written

HINT_STEPS = 3

T = TypeVar("T")


class Choice(BaseModel):
    """One answer that a quiz question offers, and why it is right or wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Text
    correct: bool = False
    why: Text


class Question(BaseModel):
    """One quiz question with its choices, at least one of them correct and one not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    question: Text
    choices: Annotated[tuple[Choice, ...], Field(min_length=2)]

    @field_validator("choices")
    @classmethod
    def _decidable(cls, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        if len({choice.correct for choice in choices}) < 2:
            raise ValueError("mark at least one choice as correct, and leave at least one wrong")
        return choices


class Hints(BaseModel):
    """The hint ladder of one exercise: where to look, what to use, nearly the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: tuple[Written, ...]
    pt_br: tuple[Written, ...] = Field(alias="pt-BR")

    @model_validator(mode="after")
    def _whole_ladder(self) -> Hints:
        for language, steps in (("en", self.en), ("pt-BR", self.pt_br)):
            if len(steps) != HINT_STEPS:
                raise ValueError(
                    f"{language} has {len(steps)} hints instead of {HINT_STEPS}: where to look, what to use, nearly the answer"
                )
        return self


_QUIZ = TypeAdapter(Annotated[tuple[Question, ...], Field(min_length=1)])
_HINTS = TypeAdapter(dict[str, Hints])


def read_quiz(path: Path, shown: str) -> tuple[Question, ...]:
    """Read a ``quiz.yaml``.

    shown: the path as findings name it.

    Raises: ``Unbuildable`` with a finding for every place that is not valid.
    """
    questions = read_companion(path, shown, _QUIZ)
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise Unbuildable(
                [Finding(shown, "this question id is used twice", "give every question an id of its own", question.id)]
            )
        seen.add(question.id)
    return questions


def read_hints(path: Path, shown: str) -> dict[str, Hints]:
    """Read a ``hints.yaml``: exercise number → hint ladder.

    shown: the path as findings name it.

    Raises: ``Unbuildable`` with a finding for every ladder that is not valid.
    """
    return read_companion(path, shown, _HINTS)


def declared_exercises(path: Path, shown: str) -> frozenset[str]:
    """The exercise numbers that a ``checks.py`` declares by ``lab.exercise("01.1", …)``, read without running it.

    Raises: ``Unbuildable`` when the file is no Python.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise Unbuildable([Finding(shown, f"this is no Python: {error}", "correct the syntax", line=line)]) from None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return frozenset(
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "exercise"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    )


def read_companion(path: Path, shown: str, model: TypeAdapter[T]) -> T:
    """Read a YAML file as ``model`` says.

    shown: the path as findings name it.

    Raises: ``Unbuildable`` with a finding for every place that is not valid.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise Unbuildable(
            [Finding(shown, f"this is no YAML: {problem}", "correct the syntax", line=mark.line + 1 if mark else 0)]
        ) from None
    try:
        return model.validate_python(content)
    except ValidationError as error:
        raise Unbuildable(
            Finding(
                shown,
                problem["msg"].removeprefix("Value error, "),
                "correct it as in docs/authoring.md",
                _place(content, problem["loc"]),
            )
            for problem in error.errors(include_url=False)
        ) from None


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """The place of a validation error in words: a list item is named by its id where it has one."""
    names: list[str] = []
    for step in location:
        try:
            content = content[step]
        except (LookupError, TypeError):
            content = None
        named = content.get("id") if isinstance(step, int) and isinstance(content, dict) else None
        names.append(str(named) if named else f"{step + 1}" if isinstance(step, int) else step)
    return ".".join(names)
