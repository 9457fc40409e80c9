"""The judge over HTTP, mounted by the local cloud at ``/_course``.

| route | who | does |
|---|---|---|
| POST check {"exercise", "lang"} | all | judges the exercise in the account of header x-localcloud-account, records and returns the verdict |
| GET verdicts?account= | who knows the secret | the verdicts on an account |
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from helpers.errors import CourseError

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

DEFAULT_ACCOUNT = "123456789012"

_ROUTES = Map(
    [Rule("/check", endpoint="check", methods=["POST"]), Rule("/verdicts", endpoint="verdicts", methods=["GET"])]
)


def judge_app(course_root: Path, endpoint_url: str, secret: str, records: Path) -> WSGIApp:
    """The WSGI application of the judge.

    course_root: the folder that holds ``course/``; without labs below it every check is refused with a sentence.
    endpoint_url: the local cloud that the judge looks at.
    secret: opens the verdicts, and seeds the hidden inputs.
    records: the folder for verdicts on disk (made with mode 0700).
    """
    return JudgeApp(course_root, endpoint_url, secret, records)


class JudgeApp:
    """One judge behind two routes; it is made at the first request, so that a cloud without labs never pays for boto3."""

    def __init__(self, course_root: Path, endpoint_url: str, secret: str, records: Path) -> None:
        self._arguments = (course_root, endpoint_url, secret, records)
        self._secret = secret
        self._making = threading.Lock()
        self._judge: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = 64 * 1024
        try:
            endpoint, _ = _ROUTES.bind_to_environ(environ).match()
            response: Response = getattr(self, f"_{endpoint}")(request)
        except CourseError as error:
            response = _json({"message": str(error)}, 400)
        except HTTPException as error:
            response = _json({"message": f"{request.method} {request.path}: {error.name}"}, error.code or 500)
        return response(environ, start_response)

    def _check(self, request: Request) -> Response:
        try:
            body = json.loads(request.get_data(as_text=True))
            exercise, lang = body["exercise"], body.get("lang", "en")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            exercise = lang = None
        if not isinstance(exercise, str) or not isinstance(lang, str):
            raise CourseError('the judge needs a JSON body such as {"exercise": "01.1", "lang": "en"}')
        account = request.headers.get("x-localcloud-account", DEFAULT_ACCOUNT)
        return _json(self._the_judge().check(exercise, account, lang).as_json())

    def _verdicts(self, request: Request) -> Response:
        given = request.headers.get("x-localcloud-secret", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return _json(
                {
                    "message": "the record of verdicts is the judge's own: it opens with the secret that the cloud was started with"
                },
                403,
            )
        account = request.args.get("account", DEFAULT_ACCOUNT)
        return _json({"account": account, "verdicts": self._the_judge().verdicts(account)})

    def _the_judge(self) -> Any:
        from helpers.classroom.judge import Judge

        with self._making:
            if self._judge is None:
                self._judge = Judge(*self._arguments)
        return self._judge


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
