"""Errors that the course raises: one sentence that says what happened and what to do."""

from __future__ import annotations


class CourseError(Exception):
    """Base of all errors of the course; its message is one readable sentence.

    In a notebook the sentence is shown alone, without a traceback: a learner needs the repair, not our stack.
    """

    def _render_traceback_(self) -> list[str]:
        """IPython's hook for exceptions that render themselves."""
        return [f"{type(self).__name__}: {self}"]


class CloudUnavailable(CourseError):
    """The local cloud cannot be started, or does not answer any more."""


class CheckFailed(CourseError):
    """A lab check looked at the account and did not find what the task asks for."""


class TargetRefused(CourseError):
    """A real-AWS cell may not run: no confirmation, no region, or a call that could not be cleaned up."""


class BuildFailed(CourseError):
    """The course's sources cannot be turned into notebooks."""


class SubmissionRejected(CourseError):
    """A notebook handed in for grading cannot be read as one.

    ``code`` is a short stable word for programs, such as ``not-json``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
