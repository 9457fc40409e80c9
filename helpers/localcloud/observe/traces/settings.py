"""The operations on groups, sampling rules and their tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.errors import InvalidRequest, ResourceNotFound, not_here
from helpers.localcloud.observe.traces.groups import GROUPS, Group
from helpers.localcloud.observe.traces.pages import page
from helpers.localcloud.observe.traces.rules import RULES, Rule
from helpers.localcloud.observe.traces.sampling import SAMPLERS
from helpers.localcloud.observe.traces.tags import merged

Asked = Mapping[str, Any]
Answer = dict[str, Any]

PAGE = 100


def create_group(account: str, region: str, asked: Asked) -> Answer:
    """Make a group."""
    group = GROUPS.of(account, region).create(
        asked["GroupName"],
        asked.get("FilterExpression", ""),
        asked.get("InsightsConfiguration"),
        merged({}, asked.get("Tags", [])),
        _now(),
    )
    return {"Group": group.described()}


def update_group(account: str, region: str, asked: Asked) -> Answer:
    """Change the expression of a group."""
    groups = GROUPS.of(account, region)
    group = groups.find(asked.get("GroupName"), asked.get("GroupARN"))
    return {
        "Group": groups.update(group, asked.get("FilterExpression"), asked.get("InsightsConfiguration")).described()
    }


def delete_group(account: str, region: str, asked: Asked) -> Answer:
    """Drop a group."""
    groups = GROUPS.of(account, region)
    groups.delete(groups.find(asked.get("GroupName"), asked.get("GroupARN")))
    return {}


def get_group(account: str, region: str, asked: Asked) -> Answer:
    """One group."""
    return {"Group": GROUPS.of(account, region).find(asked.get("GroupName"), asked.get("GroupARN")).described()}


def get_groups(account: str, region: str, asked: Asked) -> Answer:
    """All groups."""
    return _paged("Groups", [one.described() for one in GROUPS.of(account, region).all()], asked)


def create_sampling_rule(account: str, region: str, asked: Asked) -> Answer:
    """Add a sampling rule."""
    tags = merged({}, asked.get("Tags", []))
    return {"SamplingRuleRecord": RULES.of(account, region).create(asked["SamplingRule"], tags, _now()).record()}


def update_sampling_rule(account: str, region: str, asked: Asked) -> Answer:
    """Change a sampling rule."""
    return {"SamplingRuleRecord": RULES.of(account, region).update(asked["SamplingRuleUpdate"], _now()).record()}


def delete_sampling_rule(account: str, region: str, asked: Asked) -> Answer:
    """Drop a sampling rule."""
    rule = RULES.of(account, region).delete(asked.get("RuleName"), asked.get("RuleARN"), _now())
    return {"SamplingRuleRecord": rule.record()}


def get_sampling_rules(account: str, region: str, asked: Asked) -> Answer:
    """All sampling rules."""
    return _paged("SamplingRuleRecords", [one.record() for one in RULES.of(account, region).all()], asked)


def get_sampling_targets(account: str, region: str, asked: Asked) -> Answer:
    """Take what an SDK has sampled, and tell it what to do for the next seconds."""
    if "SamplingBoostStatisticsDocuments" in asked:
        raise not_here("GetSamplingTargets", "adaptive sampling (SamplingBoostStatisticsDocuments)")
    rules, sampler = RULES.of(account, region), SAMPLERS.of(account, region)
    known = {rule.name: rule for rule in rules.all()}
    targets, unprocessed = [], []
    for document in asked["SamplingStatisticsDocuments"]:
        rule = known.get(document["RuleName"])
        if rule is None:
            unprocessed.append({"RuleName": document["RuleName"], "ErrorCode": "400", "Message": "Rule does not exist"})
        else:
            targets.append(sampler.report(document, rule, _now()))
    return {
        "SamplingTargetDocuments": targets,
        "LastRuleModification": rules.modified,
        "UnprocessedStatistics": unprocessed,
    }


def get_sampling_statistic_summaries(account: str, region: str, asked: Asked) -> Answer:
    """What was sampled lately, by rule and ten seconds."""
    return _paged("SamplingStatisticSummaries", SAMPLERS.of(account, region).summaries(), asked)


def tag_resource(account: str, region: str, asked: Asked) -> Answer:
    """Put tags on a group or a sampling rule."""
    owner = _owner(account, region, asked["ResourceARN"])
    _set_tags(account, region, owner, merged(owner.tags, asked["Tags"]))
    return {}


def untag_resource(account: str, region: str, asked: Asked) -> Answer:
    """Take tags off a group or a sampling rule."""
    owner = _owner(account, region, asked["ResourceARN"])
    kept = {key: value for key, value in owner.tags.items() if key not in asked["TagKeys"]}
    _set_tags(account, region, owner, kept)
    return {}


def list_tags_for_resource(account: str, region: str, asked: Asked) -> Answer:
    """The tags of a group or a sampling rule."""
    tags = _owner(account, region, asked["ResourceARN"]).tags
    return _paged("Tags", [{"Key": key, "Value": value} for key, value in tags.items()], asked)


def get_encryption_config(account: str, region: str, asked: Asked) -> Answer:
    """How traces are encrypted: as AWS does by default."""
    return {"EncryptionConfig": {"Status": "ACTIVE", "Type": "NONE"}}


def put_encryption_config(account: str, region: str, asked: Asked) -> Answer:
    """Accept the default encryption."""
    if asked["Type"] != "NONE":
        raise not_here("PutEncryptionConfig", "encryption with a key of KMS (Type KMS)")
    if "KeyId" in asked:
        raise InvalidRequest("KeyId must be left out when Type is NONE")
    return get_encryption_config(account, region, asked)


def get_trace_segment_destination(account: str, region: str, asked: Asked) -> Answer:
    """Where segments go: X-Ray."""
    return {"Destination": "XRay", "Status": "ACTIVE"}


def update_trace_segment_destination(account: str, region: str, asked: Asked) -> Answer:
    """Accept X-Ray as the destination of segments."""
    if asked.get("Destination", "XRay") != "XRay" or "CloudWatchLogsConfiguration" in asked:
        raise not_here("UpdateTraceSegmentDestination", "CloudWatch Transaction Search (Destination CloudWatchLogs)")
    return get_trace_segment_destination(account, region, asked)


def _owner(account: str, region: str, arn: str) -> Group | Rule:
    owners: list[Group | Rule] = [*GROUPS.of(account, region).all(), *RULES.of(account, region).all()]
    for one in owners:
        if one.arn == arn:
            return one
    raise ResourceNotFound(f"Resource not found: {arn}")


def _set_tags(account: str, region: str, owner: Group | Rule, tags: dict[str, str]) -> None:
    if isinstance(owner, Group):
        owner.tags = tags
    else:
        RULES.of(account, region).put(replace(owner, tags=tags))


def _paged(name: str, items: list[dict[str, Any]], asked: Asked) -> Answer:
    shown, token = page(items, asked.get("NextToken"), PAGE, name)
    return {name: list(shown), **({"NextToken": token} if token else {})}


def _now() -> float:
    return context().clock.timestamp()
