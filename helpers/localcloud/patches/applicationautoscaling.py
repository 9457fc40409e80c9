"""moto.applicationautoscaling: targets and policies that scale; what does not is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse as Response

from helpers.localcloud import autoscaling
from helpers.localcloud.autoscaling import requests
from helpers.localcloud.autoscaling.book import Book
from helpers.localcloud.autoscaling.errors import not_here
from helpers.localcloud.autoscaling.scaling import ScalingPlane
from helpers.localcloud.patches import patch

_WHY = "moto keeps targets and policies, and scales nothing"
_NOT_HERE = "moto keeps scheduled actions and carries out none"


def _answered(response: Response, operation: Callable[[ScalingPlane, Book, Mapping[str, Any]], dict[str, Any]]) -> str:
    plane = autoscaling.plane()
    book = plane.book(response.current_account, response.region)
    return json.dumps(operation(plane, book, json.loads(response.body or "{}")))


@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.register_scalable_target", why=_WHY)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.deregister_scalable_target", why=_WHY)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.describe_scalable_targets", why=_WHY)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.put_scaling_policy", why=_WHY)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.delete_scaling_policy", why=_WHY)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.describe_scaling_policies", why=_WHY)
def _operation(original: Any, self: Response) -> str:
    return _answered(self, getattr(requests, original.__name__))


@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.put_scheduled_action", why=_NOT_HERE)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.delete_scheduled_action", why=_NOT_HERE)
@patch("moto.applicationautoscaling.responses:ApplicationAutoScalingResponse.describe_scheduled_actions", why=_NOT_HERE)
def _scheduled(original: Any, self: Response) -> str:
    raise not_here("scheduled actions of Application Auto Scaling")


def _describe_scaling_activities(self: Response) -> str:
    """DescribeScalingActivities: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html"""
    return _answered(self, requests.describe_scaling_activities)


def _refused(feature: str) -> Callable[[Response], str]:
    def operation(self: Response) -> str:
        raise not_here(feature)

    return operation


Response.describe_scaling_activities = _describe_scaling_activities  # type: ignore[attr-defined]
for _name, _feature in (
    ("get_predictive_scaling_forecast", "predictive scaling"),
    ("list_tags_for_resource", "tags of scalable targets"),
    ("tag_resource", "tags of scalable targets"),
    ("untag_resource", "tags of scalable targets"),
):
    setattr(Response, _name, _refused(_feature))
