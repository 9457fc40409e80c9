"""The operations of Application Auto Scaling.

Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.localcloud.autoscaling import alarms
from helpers.localcloud.autoscaling.book import KEPT_SECONDS, Activity, Book, Key, Policy, Target
from helpers.localcloud.autoscaling.dimensions import Dimension, Unscalable
from helpers.localcloud.autoscaling.errors import (
    InvalidNextToken,
    LimitExceeded,
    ObjectNotFound,
    ValidationException,
    constraint,
    not_here,
)
from helpers.localcloud.autoscaling.functions import FunctionDimension
from helpers.localcloud.autoscaling.scaling import ScalingPlane
from helpers.localcloud.autoscaling.tables import TableDimension

MOST_TARGETS = 5_000
_SWITCHES = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_ROLES = {
    "dynamodb": "dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    "lambda": "lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency",
}
DIMENSIONS: dict[str, Dimension] = {
    one.name: one
    for one in (
        TableDimension("table", "Read"),
        TableDimension("table", "Write"),
        TableDimension("index", "Read"),
        TableDimension("index", "Write"),
        FunctionDimension(),
    )
}
Asked = Mapping[str, Any]


def register_scalable_target(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """RegisterScalableTarget: make a target, or change it.

    Raises: ``ValidationException``, ``ObjectNotFound``, ``LimitExceeded``.
    """
    key, dimension = _key(asked)
    if asked.get("Tags"):
        raise not_here("tags of scalable targets")
    target = book.targets.get(key)
    least, most = asked.get("MinCapacity"), asked.get("MaxCapacity")
    if target is None and (least is None or most is None):
        raise ValidationException("Min capacity and max capacity must be specified when registering a scalable target")
    least = int(target.least if least is None and target else least or 0)
    most = int(target.most if most is None and target else most or 0)
    if least < 1:
        raise ValidationException(f"Min capacity must be at least 1 for {dimension.name}; it is {least}")
    if least > most:
        raise ValidationException(f"Maximum capacity cannot be less than minimum capacity: {most} is less than {least}")
    try:
        dimension.capacity(book.account, book.region, key[0])
    except Unscalable as problem:
        raise ValidationException(f"The scalable target {key[0]} cannot be registered: {problem}") from None
    if target is None:
        if len(book.targets) >= MOST_TARGETS:
            raise LimitExceeded(f"An account has at most {MOST_TARGETS} scalable targets in a Region")
        role = asked.get("RoleARN") or f"arn:aws:iam::{book.account}:role/aws-service-role/{_ROLES[dimension.service]}"
        arn = f"arn:aws:application-autoscaling:{book.region}:{book.account}:scalable-target/{uuid.uuid4().hex}"
        now = plane.clock.timestamp()
        target = book.targets[key] = Target(key[0], dimension, least, most, role, arn, now)
    target.least, target.most = least, most
    suspended = asked.get("SuspendedState") or {}
    target.suspended |= {name: bool(suspended[name]) for name in _SWITCHES if suspended.get(name) is not None}
    plane.keep_bounds(book, target)
    return {"ScalableTargetARN": target.arn}


def deregister_scalable_target(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """DeregisterScalableTarget: take a target away, with its policies.

    Raises: ``ObjectNotFound``.
    """
    key, _ = _key(asked)
    if book.targets.pop(key, None) is None:
        raise ObjectNotFound(_no_target(key))
    for found in [one for one in book.policies if one[0] == key]:
        alarms.delete(book, book.policies.pop(found))
    return {}


def put_scaling_policy(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """PutScalingPolicy: make a target tracking policy with its alarms, or change it.

    Raises: ``ValidationException``, ``ObjectNotFound``, ``LimitExceeded``.
    """
    key, dimension = _key(asked)
    name = str(asked["PolicyName"])
    if not re.fullmatch(r"[ -~]{1,256}", name):
        raise constraint(name, "policyName", "satisfy regular expression pattern: \\p{Print}+")
    kind = asked.get("PolicyType") or "StepScaling"
    if kind != "TargetTrackingScaling":
        raise ValidationException(f"{kind} policies: the local cloud has target tracking only")
    given = asked.get("TargetTrackingScalingPolicyConfiguration")
    if not given:
        raise ValidationException(
            "TargetTrackingScalingPolicyConfiguration must be specified for TargetTrackingScaling policies"
        )
    _check_tracking(given, dimension)
    target = book.targets.get(key)
    if target is None:
        raise ObjectNotFound(_no_target(key))
    policy = book.policies.get((key, name))
    if policy is None:
        others = [one for one in book.policies.values() if one.key == key]
        if others:
            raise ValidationException(
                f"Only one target tracking policy with the metric {dimension.metric_type} can track one scalable target: there is {others[0].name}"
            )
        place = f"resource/{dimension.service}/{key[0]}:policyName/{name}"
        arn = f"arn:aws:autoscaling:{book.region}:{book.account}:scalingPolicy:{uuid.uuid4()}:{place}"
        policy = book.policies[key, name] = Policy(name, key, arn, {}, plane.clock.timestamp())
    policy.configuration = dict(given)
    alarms.put(book, target, policy)
    return {"PolicyARN": policy.arn, "Alarms": _alarms(book, policy)}


def delete_scaling_policy(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """DeleteScalingPolicy: take a policy away, with its alarms.

    Raises: ``ObjectNotFound``.
    """
    key, _ = _key(asked)
    policy = book.policies.pop((key, str(asked["PolicyName"])), None)
    if policy is None:
        raise ObjectNotFound(
            f"No scaling policy found for service namespace: {key[1].partition(':')[0]}, resource ID: {key[0]}, scalable dimension: {key[1]}, policy name: {asked['PolicyName']}"
        )
    alarms.delete(book, policy)
    return {}


def describe_scalable_targets(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """DescribeScalableTargets."""
    _check_namespace(asked)
    names = asked.get("ResourceIds")
    found = [one for one in book.targets.values() if _fits(asked, one.key) and (not names or one.resource_id in names)]
    return _page(found, asked, "ScalableTargets", _told_target)


def describe_scaling_policies(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """DescribeScalingPolicies."""
    _check_namespace(asked)
    names = asked.get("PolicyNames")
    found = [one for one in book.policies.values() if _fits(asked, one.key) and (not names or one.name in names)]
    return _page(found, asked, "ScalingPolicies", lambda one: _told_policy(book, one))


def describe_scaling_activities(plane: ScalingPlane, book: Book, asked: Asked) -> dict[str, Any]:
    """DescribeScalingActivities: of the last six weeks, newest first."""
    _check_namespace(asked)
    if asked.get("IncludeNotScaledActivities"):
        raise not_here("IncludeNotScaledActivities")
    oldest = plane.clock.timestamp() - KEPT_SECONDS
    found = [one for one in book.activities if _fits(asked, (one.resource_id, one.dimension)) and one.began >= oldest]
    return _page(found, asked, "ScalingActivities", _told_activity)


def _key(asked: Asked) -> tuple[Key, Dimension]:
    _check_namespace(asked)
    dimension = DIMENSIONS.get(str(asked.get("ScalableDimension")))
    if dimension is None or dimension.service != asked["ServiceNamespace"]:
        raise ValidationException("Unsupported service namespace, resource type or scalable dimension")
    resource = str(asked.get("ResourceId"))
    dimension.check(resource)
    return (resource, dimension.name), dimension


def _check_namespace(asked: Asked) -> None:
    if asked.get("ServiceNamespace") not in _ROLES:
        raise not_here(f"Application Auto Scaling of {asked.get('ServiceNamespace')}")


def _check_tracking(given: Asked, dimension: Dimension) -> None:
    if given.get("CustomizedMetricSpecification"):
        raise not_here("CustomizedMetricSpecification")
    predefined = given.get("PredefinedMetricSpecification") or {}
    if predefined.get("PredefinedMetricType") != dimension.metric_type:
        raise ValidationException(
            f"The predefined metric type {predefined.get('PredefinedMetricType')} does not fit the scalable dimension {dimension.name}, which takes {dimension.metric_type}"
        )
    if predefined.get("ResourceLabel"):
        raise ValidationException(f"ResourceLabel cannot be specified with {dimension.metric_type}")
    least, most = dimension.targets
    if not least <= float(given["TargetValue"]) <= most:
        raise ValidationException(f"Target value must be between {least:g} and {most:g} for {dimension.metric_type}")
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if (given.get(name) or 0) < 0:
            raise ValidationException(f"{name} must not be negative")


def _no_target(key: Key) -> str:
    return f"No scalable target found for service namespace: {key[1].partition(':')[0]}, resource ID: {key[0]}, scalable dimension: {key[1]}"


def _fits(asked: Asked, key: Key) -> bool:
    resource, dimension = asked.get("ResourceId"), asked.get("ScalableDimension")
    same = key[1].startswith(f"{asked['ServiceNamespace']}:")
    return same and (not resource or key[0] == resource) and (not dimension or key[1] == dimension)


def _page(found: Sequence[Any], asked: Asked, member: str, told: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    most = asked.get("MaxResults")
    if most is not None and not 1 <= int(most) <= 50:
        raise ValidationException("Max results must be between 1 and 50")
    try:
        start = int(base64.b64decode(asked["NextToken"], validate=True)) if asked.get("NextToken") else 0
    except ValueError:
        raise InvalidNextToken from None
    end = start + int(most or 50)
    answer: dict[str, Any] = {member: [told(one) for one in found[start:end]]}
    if end < len(found):
        answer["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answer


def _told_target(target: Target) -> dict[str, Any]:
    return {
        "ServiceNamespace": target.dimension.service,
        "ResourceId": target.resource_id,
        "ScalableDimension": target.dimension.name,
        "MinCapacity": target.least,
        "MaxCapacity": target.most,
        "RoleARN": target.role,
        "CreationTime": target.created,
        "SuspendedState": {name: target.suspended.get(name, False) for name in _SWITCHES},
        "ScalableTargetARN": target.arn,
    }


def _told_policy(book: Book, policy: Policy) -> dict[str, Any]:
    return {
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": policy.key[1].partition(":")[0],
        "ResourceId": policy.key[0],
        "ScalableDimension": policy.key[1],
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": policy.configuration,
        "Alarms": _alarms(book, policy),
        "CreationTime": policy.created,
    }


def _alarms(book: Book, policy: Policy) -> list[dict[str, str]]:
    prefix = f"arn:aws:cloudwatch:{book.region}:{book.account}:alarm:"
    return [{"AlarmName": name, "AlarmARN": prefix + name} for name in policy.alarms]


def _told_activity(activity: Activity) -> dict[str, Any]:
    told = {
        "ActivityId": activity.id,
        "ServiceNamespace": activity.dimension.partition(":")[0],
        "ResourceId": activity.resource_id,
        "ScalableDimension": activity.dimension,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": activity.began,
        "StatusCode": activity.status,
        "StatusMessage": activity.message,
    }
    return told if activity.ended is None else {**told, "EndTime": activity.ended}
