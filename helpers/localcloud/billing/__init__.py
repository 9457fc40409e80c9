"""The bill: what an account has used, what that costs, and the two services that tell of it, Cost Explorer and Budgets.

It stands beside ``observe`` and not in it: CloudWatch shows customers what their things do and may drop samples; a meter must add up. Every plane counts here with
``meter.count``, which imports none of them. What changes moto for it is in ``patches/{billing,budgets,ce}.py``.
"""

from __future__ import annotations

from helpers.localcloud.context import CloudContext

__all__ = ["install"]


def install(context: CloudContext) -> None:
    """Let this server keep accounts; call it once, before serving."""
    from helpers.localcloud.billing import budget_keeping, custom_metrics, meter, tables

    meter.clocks.append(context.clock.timestamp)
    context.on_close.append(lambda: meter.clocks.remove(context.clock.timestamp))
    context.on_reset.append(meter.forget)
    custom_metrics.install()
    tables.install(context)
    budget_keeping.install(context)
