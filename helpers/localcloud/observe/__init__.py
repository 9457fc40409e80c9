"""Observability: what the local cloud and its guests tell about themselves, kept and answered as CloudWatch and X-Ray do.

``install`` joins it to a server. Its parts read the clock, the schedule and the count of work through ``context()``.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext

__all__ = ["context", "install"]

_contexts: list[CloudContext] = []


def install(context: CloudContext) -> None:
    """Let this server observe; call it once, after compute, events and the gateway, and before serving."""
    from helpers.localcloud.observe import alarms, dashboards, insights, logs, traces
    from helpers.localcloud.observe.metrics import daily, store

    _contexts.append(context)
    store.sources.append(daily.tell)
    context.on_close.append(lambda: store.sources.remove(daily.tell))
    context.on_reset.append(store.forget)
    logs.install()
    alarms.install(context)
    dashboards.install(context)
    traces.install(context)
    insights.install(context)
    context.on_close.append(lambda: _contexts.remove(context))


def context() -> CloudContext:
    """The context of the server in this process.

    Raises: ``LookupError`` when no server was put together yet.
    """
    return _contexts[-1]
