"""Cost allocation tags: which tags of resources appear on the bill, from their activation on and not before.

Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
"""

from __future__ import annotations

from typing import Any

from helpers.localcloud.billing.cost_explorer import Call
from helpers.localcloud.billing.errors import BillingError, invalid, refuse_others
from helpers.localcloud.billing.meter import HOUR, Ledger
from helpers.localcloud.billing.tags import tags_of
from helpers.localcloud.timestamps import to_the_second

_MOST_CHANGES = 20
_MOST_ACTIVE = 500


def known_keys(ledger: Ledger) -> set[str]:
    """The keys of all tags that resources with usage have, or had when their tag was activated."""
    return _present(ledger) | set(ledger.active_tags)


def _present(ledger: Ledger) -> set[str]:
    return {key for arn in ledger.resources() for key in tags_of(arn)}


def list_cost_allocation_tags(call: Call) -> dict[str, Any]:
    """The tags of the account's resources, and whether they are activated."""
    asked = call.asked
    if asked.get("NextToken"):
        raise BillingError("InvalidNextTokenException", "The pagination token is invalid: answers here have one page.")
    refuse_others(asked, ("Status", "TagKeys", "Type"), "ListCostAllocationTags")
    if asked.get("Type") == "AWSGenerated":
        return {"CostAllocationTags": []}
    active, now = call.ledger.active_tags, _written(call.now)
    present, tags = _present(call.ledger), []
    for key in sorted(present | set(active)):
        if asked.get("TagKeys") and key not in asked["TagKeys"]:
            continue
        status = "Active" if key in active else "Inactive"
        if asked.get("Status") in (None, status):
            updated = {"LastUpdatedDate": _written(active[key])} if key in active else {}
            used = {"LastUsedDate": now} if key in present else {}
            tags.append({"TagKey": key, "Type": "UserDefined", "Status": status, **updated, **used})
    return {"CostAllocationTags": tags}


def update_cost_allocation_tags_status(call: Call) -> dict[str, Any]:
    """Activate or deactivate tags; what was used before stays without them."""
    changes = call.asked.get("CostAllocationTagsStatus") or []
    refuse_others(call.asked, ("CostAllocationTagsStatus",), "UpdateCostAllocationTagsStatus")
    if not 1 <= len(changes) <= _MOST_CHANGES:
        raise invalid(f"CostAllocationTagsStatus must have 1 to {_MOST_CHANGES} entries")
    known, active, errors = known_keys(call.ledger), call.ledger.active_tags, []
    call.ledger.usage(call.now)  # what stood until now was without the change
    for change in changes:
        key, status = change.get("TagKey"), change.get("Status")
        if status not in ("Active", "Inactive"):
            raise invalid(f"Status must be Active or Inactive, not {status}")
        if key not in known:
            errors.append({"TagKey": key, "Code": "TagKeysNotFoundException", "Message": "Tag keys not found"})
        elif status == "Inactive":
            active.pop(key, None)
        elif len(active) >= _MOST_ACTIVE:
            errors.append({"TagKey": key, "Code": "LimitExceededException", "Message": "Too many active tags"})
        else:
            active.setdefault(key, call.now)
    call.ledger.look_at_tags_again()
    return {"Errors": errors}


def _written(moment: float) -> str:
    return to_the_second(moment // HOUR * HOUR)
