"""Control routes under ``/_localcloud/``: what AWS has no API for.

| route | who | does |
|---|---|---|
| GET health | all | status, pid, version, endpoint, virtual time |
| POST reset | all | empties the caller's account |
| GET clock, POST clock/advance {"seconds": s} | all | reads, moves virtual time; what falls due on the way happens |
| GET lease | all | stays open; a server that was started for its clients ends when the last one is gone |
| GET sns?Action=ConfirmSubscription&…, GET sns?Action=Unsubscribe&… | all | the links in notifications; `sns/SimpleNotificationService.pem` is their certificate |
| GET events?after=N | all | the ledger of the caller's account, from the entry after number N |
| GET outbox | all | the e-mail and text messages that the caller's account has sent |
| POST permissions {"enforced": true} | all | resource policies hold between the services of the caller's account |
| POST environments/kill {"function": name} | all | kills the execution environments of the caller's account, or of one function, as ``kill -9`` does |
| POST gateway/render {"template": text, "event": {…}} | all | renders a mapping template of API Gateway with an event that was made up |
| GET quotas?region=R, POST quotas {"region": R, "concurrency": n} | all | reads, sets Lambda's quotas of the caller's account; also `scaling` and `api_requests`, `null` for the default |
| GET patches | all | the points of moto that this server replaces, with the reason |
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from helpers.errors import CourseError
from helpers.localcloud import compute, events
from helpers.localcloud.accounts import account_of_key, empty_account, is_account_id
from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.context import CloudContext
from helpers.localcloud.events import topic_envelopes
from helpers.localcloud.gateway.template_trials import render_trial
from helpers.localcloud.leases import Leases
from helpers.localcloud.patches import POINTS
from helpers.localcloud.travel import travel
from helpers.localcloud.wire import SOCKET_KEY

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")

_REGION = "us-east-1"

_ROUTES = Map(
    [
        Rule("/health", endpoint="health", methods=["GET"]),
        Rule("/reset", endpoint="reset", methods=["POST"]),
        Rule("/clock", endpoint="read_clock", methods=["GET"]),
        Rule("/clock/advance", endpoint="advance_clock", methods=["POST"]),
        Rule("/lease", endpoint="lease", methods=["GET"]),
        Rule("/sns", endpoint="sns", methods=["GET"]),
        Rule("/sns/SimpleNotificationService.pem", endpoint="certificate", methods=["GET"]),
        Rule("/events", endpoint="events", methods=["GET"]),
        Rule("/outbox", endpoint="outbox", methods=["GET"]),
        Rule("/permissions", endpoint="permissions", methods=["POST"]),
        Rule("/environments/kill", endpoint="kill", methods=["POST"]),
        Rule("/gateway/render", endpoint="render", methods=["POST"]),
        Rule("/quotas", endpoint="read_quotas", methods=["GET"]),
        Rule("/quotas", endpoint="set_quotas", methods=["POST"]),
        Rule("/patches", endpoint="patches", methods=["GET"]),
    ]
)


def caller_account(request: Request) -> str:
    """The account a control request is for: its own header, else its AWS signature, else the default account.

    Raises: ``CourseError`` when the header is no account number.
    """
    named = request.headers.get("x-localcloud-account")
    if named is not None:
        if not is_account_id(named):
            raise CourseError(f"x-localcloud-account is {named!r}: an account is twelve digits")
        return named
    signed = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    return account_of_key(signed[1]) if signed else DEFAULT_ACCOUNT_ID


class ControlApp:
    """The WSGI application of the control routes of one server."""

    def __init__(self, context: CloudContext, version: str, leases: Leases) -> None:
        self._context = context
        self._version = version
        self._leases = leases

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, _ = _ROUTES.bind_to_environ(environ).match()
            handler: Callable[[Request], Response] = getattr(self, f"_{endpoint}")
            response = handler(request)
        except CourseError as error:
            response = _json({"message": str(error)}, status=400)
        except HTTPException as error:
            response = _json({"message": f"{request.method} {request.path}: {error.name}"}, status=error.code or 500)
        return response(environ, start_response)

    def _health(self, request: Request) -> Response:
        return _json(
            {
                "status": "running",
                "pid": os.getpid(),
                "version": self._version,
                "endpoint": self._context.endpoint_url,
                "clock": self._context.clock.now().isoformat(),
            }
        )

    def _reset(self, request: Request) -> Response:
        account = caller_account(request)
        for listener in self._context.on_reset:
            listener(account)
        empty_account(account)
        return _json({"account": account, "status": "empty"})

    def _read_clock(self, request: Request) -> Response:
        return _json(
            {"now": self._context.clock.now().isoformat(), "offset_seconds": self._context.clock.offset.total_seconds()}
        )

    def _advance_clock(self, request: Request) -> Response:
        try:
            seconds = json.loads(request.get_data(as_text=True))["seconds"]
        except (ValueError, KeyError, TypeError):
            raise CourseError('the clock needs a JSON body such as {"seconds": 60}') from None
        travel(self._context, seconds)
        return _json({"now": self._context.clock.now().isoformat()})

    def _lease(self, request: Request) -> Response:
        self._leases.hold(request.environ[SOCKET_KEY])
        return _json({"status": "released"})

    def _sns(self, request: Request) -> Response:
        asked = request.args
        if asked.get("Action") == "ConfirmSubscription":
            try:
                subscription = events.plane().topics.confirm(asked.get("TopicArn", ""), asked.get("Token", ""))
            except SNSException as wrong:
                raise CourseError(f"this subscription cannot be confirmed ({wrong.message}): subscribe again") from None
            return _json({"SubscriptionArn": subscription.arn, "status": "confirmed"})
        arn = asked.get("SubscriptionArn", "")
        if asked.get("Action") != "Unsubscribe" or arn.count(":") != 6:
            raise CourseError("this link of SNS is not complete: copy it again, whole")
        sns_backends[account_of(arn)][region_of(arn)].unsubscribe(arn)
        return _json({"SubscriptionArn": arn, "status": "unsubscribed"})

    def _certificate(self, request: Request) -> Response:
        return Response(topic_envelopes.certificate(), content_type="application/x-pem-file")

    def _events(self, request: Request) -> Response:
        after = request.args.get("after", "0")
        if not after.isdigit():
            raise CourseError(f"after={after!r}: give the number of the last entry that you have, or leave it out")
        entries = events.plane().ledger.entries(caller_account(request), int(after))
        return _json({"entries": [asdict(entry) for entry in entries]})

    def _outbox(self, request: Request) -> Response:
        return _json({"letters": [asdict(letter) for letter in events.plane().outbox.letters(caller_account(request))]})

    def _permissions(self, request: Request) -> Response:
        try:
            enforced = json.loads(request.get_data(as_text=True))["enforced"]
        except (ValueError, KeyError, TypeError):
            enforced = None
        if not isinstance(enforced, bool):
            raise CourseError('permissions need a JSON body such as {"enforced": true}')
        events.plane().permissions.enforce(caller_account(request), enforced)
        return _json({"enforced": enforced})

    def _kill(self, request: Request) -> Response:
        try:
            function = json.loads(request.get_data(as_text=True) or "{}").get("function")
        except (ValueError, AttributeError):
            raise CourseError(
                'to kill environments, send a JSON body such as {"function": "thumbnail"}, or none'
            ) from None
        return _json({"killed": compute.engine().crash(caller_account(request), function)})

    def _render(self, request: Request) -> Response:
        try:
            asked = json.loads(request.get_data(as_text=True))
        except (ValueError, RecursionError):
            asked = None
        return _json(render_trial(asked))

    def _read_quotas(self, request: Request) -> Response:
        region = request.args.get("region", _REGION)
        return _json({"region": region, **asdict(compute.engine().quotas.of(caller_account(request), region))})

    def _set_quotas(self, request: Request) -> Response:
        try:
            changes = dict(json.loads(request.get_data(as_text=True)))
        except (ValueError, TypeError):
            raise CourseError('quotas need a JSON body such as {"region": "us-east-1", "concurrency": 20}') from None
        region = changes.pop("region", _REGION)
        if not isinstance(region, str):
            raise CourseError(f"a region is a text such as us-east-1, not {region!r}")
        quotas = compute.engine().quotas.change(caller_account(request), region, changes)
        return _json({"region": region, **asdict(quotas)})

    def _patches(self, request: Request) -> Response:
        return _json({"patches": [{"target": point.target, "why": point.why} for point in POINTS.values()]})


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
