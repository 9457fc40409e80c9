"""The Lambda data plane of one server, as its other planes call it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from helpers.localcloud.compute import metrics, recursion, reservations, tracing
from helpers.localcloud.compute.admission import Admission
from helpers.localcloud.compute.asynchronous import AsynchronousInvoker
from helpers.localcloud.compute.errors import InvalidRequestContent, RecursiveInvocation
from helpers.localcloud.compute.functions import LATEST, Configuration, Reference, find, parse
from helpers.localcloud.compute.invoke import Kind, Outcome, Request, Runner, check_payload
from helpers.localcloud.compute.pool import Pool
from helpers.localcloud.compute.provisioned import Allocation, Provisioned
from helpers.localcloud.compute.quotas import QuotaBook
from helpers.localcloud.compute.roles import RoleSessions
from helpers.localcloud.context import CloudContext


class Engine:
    """Invokes functions and knows their environments."""

    def __init__(self, context: CloudContext) -> None:
        self._sessions = RoleSessions()
        self._pool = Pool(context.work_dir, context.clock, context.endpoint_url, self._sessions.credentials)
        self.quotas = QuotaBook()
        self.provisioned = Provisioned(self._pool, context.clock, context.work)
        self.admission = Admission(self._pool, self.provisioned, self.quotas, context.clock)
        self._runner = Runner(self.admission, context.clock)
        self._asynchronous = AsynchronousInvoker(self._runner, context.clock, context.schedule, context.work)
        self._sampler = tracing.Sampler()
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
        senders: Sequence[str] = (),
    ) -> Outcome:
        """Invoke a function as the API's ``Invoke`` does.

        account: who calls; a function of another account needs a policy that lets it. function: name, partial ARN or ARN.
        client_context: base64 of JSON, as the header ``X-Amz-Client-Context`` carries it.
        senders: the trace headers of the messages of a queue that the invocation is about; ``trace_header`` is the one of them that has come furthest.
        Returns the outcome; for ``Event`` as soon as the event is queued.
        Raises: children of ``LambdaError`` with AWS's codes and words.
        """
        reference = parse(function, qualifier, account, region)
        latest, version = find(reference, account)
        context = _client_context(client_context)
        payload = check_payload(payload, kind)
        header, traced = tracing.begin(version, trace_header, senders, self.clock.timestamp(), self._sampler)
        trace = recursion.extended(header, latest)
        request = Request(reference.arn, payload, trace=trace, client_context=context, traced=traced)
        if kind == "DryRun":
            return Outcome(204, request.id)
        try:
            recursion.check(latest, trace_header)
        except RecursiveInvocation:
            where = latest.account_id, latest.region, latest.function_name
            metrics.emit(*where, self.clock.now(), {"RecursiveInvocationsDropped": 1}, reference.qualifier)
            if kind != "Event":
                raise
            self._asynchronous.stop(reference, request)
            return Outcome(202, request.id)
        if kind == "Event":
            self._asynchronous.submit(reference, request)
            return Outcome(202, request.id)
        return self._runner.run(version, request)

    def provision(self, reference: Reference, units: Any) -> Allocation:
        """Have ``units`` environments ready for a version or alias, as the API's ``PutProvisionedConcurrencyConfig`` does; they come in the background.

        Raises: ``Validation``, ``InvalidParameterValue``, ``ResourceConflict``, ``ResourceNotFound``.
        """
        wanted = reservations.check_provisioned(reference, units, self.quotas, self.provisioned)
        versions, qualifier = reservations.versions_behind(reference, wanted), str(reference.qualifier)
        where = reference.account, reference.region, reference.name
        return self.provisioned.put(*where, qualifier, wanted, versions)

    def retire(self, account: str, region: str, name: str, version: str | None = None) -> None:
        """Retire the environments of a function (or of one version) that was updated or deleted."""

        def matches(configuration: Configuration) -> bool:
            same = (configuration.account, configuration.region, configuration.name) == (account, region, name)
            return same and version in (None, configuration.version)

        self._pool.retire(matches)
        if version != LATEST:
            self.provisioned.remove(account, region, name, version)

    def crash(self, account: str, function: str | None = None) -> int:
        """Kill the environments of an account, or of one of its functions by name, as ``kill -9`` would; how many that were."""

        def matches(configuration: Configuration) -> bool:
            return configuration.account == account and function in (None, configuration.name)

        return self._pool.crash(matches) + self.provisioned.crash(matches)

    def forget(self, account: str) -> None:
        """End all that runs or waits for an account that is being emptied."""
        self._asynchronous.forget(account)
        self.provisioned.forget(account)
        self._pool.kill(account)
        self.admission.forget(account)
        self.quotas.forget(account)
        self._sessions.forget(account)
        self._sampler.forget(account)

    def close(self) -> None:
        """End all environments and drop all waiting events."""
        self._asynchronous.close()
        self.provisioned.close()
        self._pool.close()


def _client_context(encoded: str | None) -> str | None:
    if not encoded:
        return None
    try:
        return json.dumps(json.loads(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError):
        raise InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.") from None
