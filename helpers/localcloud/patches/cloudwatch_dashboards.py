"""moto.cloudwatch: dashboards are checked, and belong to an account; they can have tags as alarms can."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.exceptions import ResourceNotFoundException
from moto.cloudwatch.models import CloudWatchBackend, Dashboard
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from helpers.localcloud.observe.alarms.errors import InvalidParameterValue
from helpers.localcloud.observe.alarms.names import MOST_TAGS, check_tags
from helpers.localcloud.observe.dashboards import shelf
from helpers.localcloud.patches import patch
from helpers.localcloud.patches.cloudwatch_alarms import asked

_WHY = "moto takes any JSON, and gives each Region dashboards of its own"
_TAGS_WHY = "moto knows nothing of tags of dashboards, and answers for resources that do not exist"


@patch("moto.cloudwatch.responses:CloudWatchResponse.put_dashboard", why=_WHY)
def _put(original: Any, self: CloudWatchResponse) -> ActionResult:
    return ActionResult(shelf().put(self.current_account, asked(self)))


@patch("moto.cloudwatch.responses:CloudWatchResponse.get_dashboard", why=_WHY)
def _get(original: Any, self: CloudWatchResponse) -> ActionResult:
    return ActionResult(shelf().get(self.current_account, asked(self).get("DashboardName") or ""))


@patch("moto.cloudwatch.responses:CloudWatchResponse.list_dashboards", why=_WHY)
def _list(original: Any, self: CloudWatchResponse) -> ActionResult:
    return ActionResult(shelf().listed(self.current_account, asked(self)))


@patch("moto.cloudwatch.responses:CloudWatchResponse.delete_dashboards", why=_WHY)
def _delete(original: Any, self: CloudWatchResponse) -> ActionResult:
    shelf().delete(self.current_account, asked(self).get("DashboardNames") or [])
    return EmptyResult()


@patch("moto.cloudwatch.models:CloudWatchBackend.put_dashboard", why="stacks of CloudFormation put theirs here")
def _backend_put(original: Any, self: CloudWatchBackend, name: str, body: str) -> Dashboard:
    shelf().put(self.account_id, {"DashboardName": name, "DashboardBody": body})
    made: Dashboard = original(self, name, body)
    return made


@patch("moto.cloudwatch.models:CloudWatchBackend.delete_dashboards", why="stacks of CloudFormation take theirs away")
def _backend_delete(original: Any, self: CloudWatchBackend, dashboards: list[str]) -> str | None:
    shelf().delete(self.account_id, dashboards)
    left: str | None = original(self, dashboards)
    return left


def _tags(response: CloudWatchResponse) -> dict[str, str] | None:
    """The tags of the dashboard that a request names; ``None`` when it names another kind of resource, which exists."""
    arn = str(asked(response).get("ResourceARN") or "")
    tags = shelf().tags(response.current_account, arn)
    if tags is None and arn not in {one.alarm_arn for one in list(response.cloudwatch_backend.alarms.values())}:
        raise ResourceNotFoundException
    return tags


@patch("moto.cloudwatch.responses:CloudWatchResponse.tag_resource", why=_TAGS_WHY)
def _tag_resource(original: Any, self: CloudWatchResponse) -> ActionResult:
    tags, new = _tags(self), asked(self).get("Tags") or []
    check_tags(new)
    known = tags if tags is not None else self.cloudwatch_backend.list_tags_for_resource(asked(self)["ResourceARN"])
    if len({*known, *(tag["Key"] for tag in new)}) > MOST_TAGS:
        raise InvalidParameterValue(f"The number of tags exceeds the limit of {MOST_TAGS}.")
    if tags is None:
        done: ActionResult = original(self)
        return done
    tags.update({tag["Key"]: tag["Value"] for tag in new})
    return EmptyResult()


@patch("moto.cloudwatch.responses:CloudWatchResponse.untag_resource", why=_TAGS_WHY)
def _untag_resource(original: Any, self: CloudWatchResponse) -> ActionResult:
    tags = _tags(self)
    if tags is None:
        backend = self.cloudwatch_backend
        backend.tagger.untag_resource_using_names(asked(self)["ResourceARN"], asked(self).get("TagKeys") or [])
        return EmptyResult()
    for key in asked(self).get("TagKeys") or []:
        tags.pop(key, None)
    return EmptyResult()


@patch("moto.cloudwatch.responses:CloudWatchResponse.list_tags_for_resource", why=_TAGS_WHY)
def _list_tags_for_resource(original: Any, self: CloudWatchResponse) -> ActionResult:
    tags = _tags(self)
    if tags is None:
        tags = self.cloudwatch_backend.list_tags_for_resource(asked(self)["ResourceARN"])
    return ActionResult({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})
