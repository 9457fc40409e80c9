"""AWS X-Ray: what was traced, kept per account and Region, searched and drawn as AWS does.

Documents come from the platform (``store.record``), from PutTraceSegments, from the daemon's port and over OTLP. ``install`` joins it to a server.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext

__all__ = ["install"]


def install(context: CloudContext) -> None:
    """Keep traces for this server; call it once, before serving."""
    from helpers.localcloud.observe.traces import daemon, group_metrics
    from helpers.localcloud.observe.traces.groups import GROUPS
    from helpers.localcloud.observe.traces.rules import RULES
    from helpers.localcloud.observe.traces.sampling import SAMPLERS
    from helpers.localcloud.observe.traces.store import LISTENERS, STORES

    def forget(account: str) -> None:
        daemon.forget(account)
        for kept in (STORES, SAMPLERS, RULES, GROUPS, group_metrics.METERS):
            kept.forget(account)

    LISTENERS.append(group_metrics.arrived)
    context.on_close.append(lambda: LISTENERS.remove(group_metrics.arrived))
    context.on_reset.append(forget)
    context.on_close.append(daemon.close)
