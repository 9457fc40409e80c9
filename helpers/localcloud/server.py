"""The composition: one process that is a local AWS.

``LocalCloud`` puts clock, patches, planes and HTTP together; ``run`` keeps it up until its owner is gone.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from helpers.errors import CloudUnavailable
from helpers.localcloud import clock as virtual_clock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.http import Dispatcher, bind, serve_in_thread
from helpers.localcloud.leases import Leases
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.wire import WSGIApp
from helpers.localcloud.work import Work

Owner = Literal["terminal", "stdin", "leases"]
Mount = Callable[[CloudContext], tuple[str, WSGIApp]]

WARM_SERVICES = ("lambda", "sqs", "dynamodb", "iam", "sts", "logs", "s3", "sns", "cloudwatch")
LEASE_GRACE_SECONDS = 20.0


class LocalCloud:
    """A running local cloud.

    port: where to listen on 127.0.0.1; 0 takes any free port.
    version: what ``/_localcloud/health`` says, so that clients can tell an outdated server from their own.
    secret: opens privileged routes; made up here when not given, and never written anywhere.
    mounts: other applications under a path prefix; each gets the context and answers (prefix, WSGI app).

    Raises: ``CloudUnavailable`` when the port cannot be used.
    """

    def __init__(
        self, port: int = 0, *, version: str = "dev", secret: str | None = None, mounts: tuple[Mount, ...] = ()
    ) -> None:
        from helpers.localcloud import gateway  # noqa: F401  (before moto's API Gateway is imported)
        from helpers.localcloud.autoscaling import install as install_autoscaling
        from helpers.localcloud.billing import install as install_billing
        from helpers.localcloud.compute import install as install_compute
        from helpers.localcloud.control import ControlApp
        from helpers.localcloud.events import install as install_events
        from helpers.localcloud.gateway import install as install_gateway
        from helpers.localcloud.observe import install as install_observe
        from helpers.localcloud.observe.traces.otlp_endpoint import mount as mount_otlp
        from helpers.localcloud.observe.traces.otlp_endpoint import refusals as otlp_refusals
        from helpers.localcloud.patches import (  # noqa: F401  (importing a patch file applies it)
            apigateway,
            apigateway_deployments,
            apigateway_integrations,
            apigateway_methods,
            apigateway_parts,
            apigateway_plans,
            apigatewayv2,
            awslambda_layers,
            awslambda_mappings,
            awslambda_urls,
            billing,
            budgets,
            ce,
            cloudwatch,
            cloudwatch_alarms,
            cloudwatch_dashboards,
            cloudwatch_refused,
            cloudwatch_requests,
            cognitoidp,
            core,
            core_serialize,
            dynamodb,
            dynamodb_capacity,
            dynamodb_items,
            dynamodb_statements,
            dynamodb_tables,
            dynamodbstreams,
            events,
            logs,
            logs_filters,
            logs_queries,
            s3,
            servicequotas,
            ses,
            sns,
            sqs,
            sqs_messages,
            sqs_moves,
            sqs_queues,
            sts,
        )

        clock = virtual_clock.VirtualClock()
        virtual_clock.install(clock)
        self.stopped = threading.Event()
        self.leases = Leases(self.stopped.set, LEASE_GRACE_SECONDS)
        routes: dict[str, WSGIApp] = {}
        dispatcher = Dispatcher(routes)
        self._http = bind(port, dispatcher)
        self.context = CloudContext(
            endpoint_url=f"http://127.0.0.1:{self._http.port}",
            clock=clock,
            schedule=Schedule(clock),
            work=Work(),
            work_dir=_work_dir(),
            secret=secret or secrets.token_urlsafe(32),
        )
        self.context.on_reset.append(self.context.schedule.forget)
        self.context.on_close.append(self.context.schedule.close)
        routes["/_localcloud"] = ControlApp(self.context, version, self.leases)
        for mount in (*mounts, mount_otlp):
            prefix, app = mount(self.context)
            routes[prefix] = app
        routes.update(otlp_refusals())
        install_compute(self.context)
        install_events(self.context)
        dispatcher.serve = install_gateway(self.context).serve
        install_observe(self.context)
        install_billing(self.context)
        install_autoscaling(self.context)
        self._dispatcher = dispatcher

    def start(self) -> None:
        """Serve in the background; the port already accepts connections when this returns."""
        serve_in_thread(self._http)
        threading.Thread(target=self._dispatcher.warm, args=(WARM_SERVICES,), name="warm", daemon=True).start()

    def close(self) -> None:
        """Stop serving, end all execution environments and remove the server's temporary folder."""
        self._http.shutdown()
        for listener in self.context.on_close:
            listener()
        self._http.server_close()
        shutil.rmtree(self.context.work_dir, ignore_errors=True)


def run(
    port: int = 0,
    *,
    owner: Owner = "terminal",
    version: str = "dev",
    mounts: tuple[Mount, ...] = (),
    announce: Callable[[str], None] = lambda line: print(line, flush=True),
) -> None:
    """Run a local cloud until its owner is gone.

    owner: ``terminal`` ends at Ctrl-C or a termination signal; ``stdin`` reads one line of JSON (``{"secret": …}``) and ends when its
    standard input closes, which also happens when the parent is killed; ``leases`` ends with the last client that holds a lease.
    announce: gets the one line ``AWS_ENDPOINT_URL=…`` once the server answers.
    """
    secret = json.loads(sys.stdin.readline() or "{}").get("secret") if owner == "stdin" else None
    cloud = LocalCloud(port, version=version, secret=secret, mounts=mounts)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: cloud.stopped.set())
    cloud.start()
    if owner == "stdin":
        threading.Thread(target=_watch_stdin, args=(cloud.stopped,), name="owner", daemon=True).start()
    elif owner == "leases":
        cloud.leases.watch()
    announce(f"AWS_ENDPOINT_URL={cloud.context.endpoint_url}")
    try:
        while not cloud.stopped.wait(3600):
            pass
    finally:
        cloud.close()


def _work_dir() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="localcloud-"))
    except OSError as error:
        raise CloudUnavailable(
            f"no temporary folder can be written ({error.strerror}): free some disk space, or set TMPDIR to a folder that can"
        ) from None


def _watch_stdin(stopped: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopped.set()
