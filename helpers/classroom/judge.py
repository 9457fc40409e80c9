"""The judge: runs the checks of an exercise against an account, and keeps the record of its verdicts.

It lives where no learner's code runs. A pass needs positive evidence; an exception, silence and a check that takes too long are a
fail, and one failing check hides no other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import queue
import re
import threading
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from helpers.classroom import records
from helpers.classroom.account import Account
from helpers.classroom.checks import Check, evidence_of
from helpers.classroom.discovery import Labs
from helpers.classroom.excuses import NOTHING_SEEN, explain, too_long
from helpers.classroom.texts import Text, in_language
from helpers.errors import CourseError
from helpers.languages import LANGUAGES

CHECK_SECONDS = 120.0

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True)
class CheckResult:
    """What one check found; ``message`` is empty when it passed."""

    name: str
    title: str
    points: int
    max: int
    passed: bool
    hidden: bool
    message: str


@dataclass(frozen=True)
class Verdict:
    """What the judge found about one exercise in one account, in one language."""

    exercise: str
    title: str
    account: str
    points: int
    max: int
    passed: bool
    checks: tuple[CheckResult, ...]
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The verdict as JSON-ready values."""
        return {**asdict(self), "checks": [asdict(check) for check in self.checks]}


class Judge:
    """Judges accounts of one local cloud by the checks of one course.

    course_root: the folder that holds ``course/``.
    endpoint_url: the local cloud that is looked at.
    secret: seeds the hidden inputs; who knows it can foresee them.
    record_folder: where verdicts are written, one JSON line each, one file an account; ``None`` keeps them in memory only.
    check_seconds: how long one check may take.
    """

    def __init__(
        self,
        course_root: Path,
        endpoint_url: str,
        secret: str,
        record_folder: Path | None,
        *,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self.labs = Labs(course_root)
        self._endpoint_url = endpoint_url
        self._secret = secret.encode()
        self._record_folder = record_folder
        self._check_seconds = check_seconds
        self._session = boto3.Session()
        self._verdicts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def check(self, exercise: str, account: str, lang: str = "en") -> Verdict:
        """Judge one exercise, such as ``"02.3"``, in an account, and record the verdict.

        Raises: ``CourseError`` for an exercise or account that is none, ``BuildFailed`` when the lab's checks cannot be loaded.
        """
        if not _ACCOUNT.fullmatch(account):
            raise CourseError(f"{account!r} is no account: an account is twelve digits")
        lab = self.labs.lab(exercise.partition(".")[0])
        if exercise not in lab.exercises:
            raise CourseError(f"there is no exercise {exercise} in lab {lab.number}; it has {', '.join(lab.exercises)}")
        task = lab.exercises[exercise]
        lang = lang if lang in LANGUAGES else "en"
        with self._turns[account]:
            results = tuple(self._run(check, account, lang) for check in task.checks)
            points = sum(result.points for result in results)
            title = in_language(task.title, lang)
            verdict = Verdict(exercise, title, account, points, task.max_points, points == task.max_points, results)
            return self._record(verdict)

    def verdicts(self, account: str) -> list[dict[str, Any]]:
        """All verdicts on an account since this judge began, oldest first.

        They come from memory. The files are for the learner's own look back: whoever may write files could write them too.
        """
        return list(self._verdicts[account])

    def _run(self, check: Check, account_id: str, lang: str) -> CheckResult:
        seed = hmac.digest(self._secret, f"{account_id}/{check.exercise}/{check.name}".encode(), hashlib.sha256)
        account = Account(
            account_id,
            endpoint_url=self._endpoint_url,
            seed=seed,
            session=self._session,
            call_seconds=self._check_seconds,
        )
        outcome: queue.SimpleQueue[Text | None] = queue.SimpleQueue()

        def look() -> None:
            try:
                outcome.put(None if evidence_of(check, account) else NOTHING_SEEN)
            except BaseException as error:
                outcome.put(explain(error, account, hidden=check.hidden))

        # A check that hangs cannot be stopped, only left behind: its thread ends with the call that it waits for.
        threading.Thread(target=look, name=f"check-{check.exercise}-{check.name}", daemon=True).start()
        try:
            complaint = outcome.get(timeout=self._check_seconds)
        except queue.Empty:
            complaint = too_long(self._check_seconds)
        passed = complaint is None
        return CheckResult(
            name=check.name,
            title=in_language(check.title, lang),
            points=check.points if passed else 0,
            max=check.points,
            passed=passed,
            hidden=check.hidden,
            message="" if complaint is None else in_language(complaint, lang),
        )

    def _record(self, verdict: Verdict) -> Verdict:
        line = {"version": 1, "at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"), **verdict.as_json()}
        self._verdicts[verdict.account].append(line)
        if self._record_folder is None:
            return verdict
        try:
            records.append(self._record_folder, verdict.account, line)
        except OSError as error:
            note = f"{self._record_folder}: {error.strerror or error}"
            return Verdict(**{**vars(verdict), "note": note})
        return verdict
