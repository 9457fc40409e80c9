"""The Lambda data plane of one server, as its other planes call it."""

from __future__ import annotations

import base64
import binascii
import json

from helpers.localcloud.compute import metrics, recursion, tracing
from helpers.localcloud.compute.asynchronous import AsynchronousInvoker
from helpers.localcloud.compute.errors import InvalidRequestContent, RecursiveInvocation
from helpers.localcloud.compute.functions import Configuration, find, parse
from helpers.localcloud.compute.invoke import Kind, Outcome, Request, Runner, check_payload
from helpers.localcloud.compute.pool import Pool
from helpers.localcloud.compute.roles import RoleSessions
from helpers.localcloud.context import CloudContext


class Engine:
    """Invokes functions and knows their environments."""

    def __init__(self, context: CloudContext) -> None:
        self._sessions = RoleSessions()
        self._pool = Pool(context.work_dir, context.clock, context.endpoint_url, self._sessions.credentials)
        self._runner = Runner(self._pool, context.clock)
        self._asynchronous = AsynchronousInvoker(self._runner, context.clock, context.schedule, context.work)
        self.clock = context.clock
        self.observers = self._asynchronous.observers

    def invoke(
        self,
        account: str,
        region: str,
        function: str,
        qualifier: str | None = None,
        payload: bytes = b"",
        kind: Kind = "RequestResponse",
        trace_header: str | None = None,
        client_context: str | None = None,
    ) -> Outcome:
        """Invoke a function as the API's ``Invoke`` does.

        account: who calls; a function of another account needs a policy that lets it. function: name, partial ARN or ARN.
        client_context: base64 of JSON, as the header ``X-Amz-Client-Context`` carries it.
        Returns the outcome; for ``Event`` as soon as the event is queued.
        Raises: children of ``LambdaError`` with AWS's codes and words.
        """
        reference = parse(function, qualifier, account, region)
        latest, version = find(reference, account)
        context = _client_context(client_context)
        trace = recursion.extended(tracing.header_for_function(trace_header), latest)
        request = Request(reference.arn, check_payload(payload, kind), trace=trace, client_context=context)
        if kind == "DryRun":
            return Outcome(204, request.id)
        try:
            recursion.check(latest, trace_header)
        except RecursiveInvocation:
            now = self.clock.now()
            metrics.emit(
                latest.account_id, latest.region, latest.function_name, now, {"RecursiveInvocationsDropped": 1}
            )
            if kind != "Event":
                raise
            self._asynchronous.stop(reference, request)
            return Outcome(202, request.id)
        if kind == "Event":
            self._asynchronous.submit(reference, request)
            return Outcome(202, request.id)
        return self._runner.run(latest, version, request)

    def retire(self, account: str, region: str, name: str, version: str | None = None) -> None:
        """Retire the environments of a function (or of one version) that was updated or deleted."""

        def matches(configuration: Configuration) -> bool:
            same = (configuration.account, configuration.region, configuration.name) == (account, region, name)
            return same and version in (None, configuration.version)

        self._pool.retire(matches)

    def crash(self, account: str, function: str | None = None) -> int:
        """Kill the environments of an account, or of one of its functions by name, as ``kill -9`` would; how many that were."""
        return self._pool.crash(
            lambda configuration: configuration.account == account and function in (None, configuration.name)
        )

    def forget(self, account: str) -> None:
        """End all that runs or waits for an account that is being emptied."""
        self._asynchronous.forget(account)
        self._pool.kill(account)
        self._sessions.forget(account)

    def close(self) -> None:
        """End all environments and drop all waiting events."""
        self._asynchronous.close()
        self._pool.close()


def _client_context(encoded: str | None) -> str | None:
    if not encoded:
        return None
    try:
        return json.dumps(json.loads(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError):
        raise InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.") from None
