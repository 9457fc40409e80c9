"""Dashboards as JSON: kept, and checked as CloudWatch checks them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.dashboards.bodies import check_body
from helpers.localcloud.observe.dashboards.metric_rows import written_out

GRAPH: dict[str, Any] = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "properties": {
        "region": "us-east-1",
        "metrics": [
            ["AWS/Lambda", "Errors", "FunctionName", "shop", {"stat": "Sum", "id": "m1"}],
            [".", "Invocations", ".", "."],
            ["...", "other"],
            [{"expression": "100 * m1 / m1", "label": "Share"}],
        ],
        "view": "timeSeries",
    },
}
TEXT = {"type": "text", "properties": {"markdown": "# Loja"}}


def body(*widgets: Any) -> str:
    return json.dumps({"widgets": list(widgets)})


def test_a_dashboard_is_kept_as_it_was_given(client: Callable[[str], Any], account: str) -> None:
    cloudwatch = client("cloudwatch")
    answer = cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=body(GRAPH, TEXT))
    assert answer.get("DashboardValidationMessages", []) == []
    got = cloudwatch.get_dashboard(DashboardName="loja")
    assert got["DashboardBody"] == body(GRAPH, TEXT)
    assert got["DashboardArn"] == f"arn:aws:cloudwatch::{account}:dashboard/loja"
    (entry,) = cloudwatch.list_dashboards(DashboardNamePrefix="lo")["DashboardEntries"]
    assert (entry["DashboardName"], entry["Size"]) == ("loja", len(body(GRAPH, TEXT)))
    assert cloudwatch.list_dashboards(DashboardNamePrefix="x")["DashboardEntries"] == []
    cloudwatch.delete_dashboards(DashboardNames=["loja"])
    with pytest.raises(ClientError, match="Dashboard loja does not exist"):
        cloudwatch.get_dashboard(DashboardName="loja")


def test_dashboards_belong_to_the_account_and_not_to_a_region(cloud: Any, account: str) -> None:
    cloud.client("cloudwatch", account).put_dashboard(DashboardName="loja", DashboardBody=body())
    elsewhere = cloud.client("cloudwatch", account, "eu-west-1")
    assert [one["DashboardName"] for one in elsewhere.list_dashboards()["DashboardEntries"]] == ["loja"]


def test_a_stack_can_hold_a_dashboard(client: Callable[[str], Any]) -> None:
    stacks, cloudwatch = client("cloudformation"), client("cloudwatch")
    resource = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": "loja", "DashboardBody": body(TEXT)},
    }
    stacks.create_stack(StackName="watch", TemplateBody=json.dumps({"Resources": {"Board": resource}}))
    assert cloudwatch.get_dashboard(DashboardName="loja")["DashboardBody"] == body(TEXT)
    stacks.delete_stack(StackName="watch")
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_those_that_there_are_are_deleted_even_when_others_are_not(client: Callable[[str], Any]) -> None:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=body())
    with pytest.raises(ClientError, match=re.escape("The specified dashboard does not exist. [gone]")):
        cloudwatch.delete_dashboards(DashboardNames=["gone", "loja"])
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_dashboards_can_have_tags(client: Callable[[str], Any], account: str) -> None:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=body(), Tags=[{"Key": "team", "Value": "loja"}])
    arn = f"arn:aws:cloudwatch::{account}:dashboard/loja"
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "stage", "Value": "dev"}]


def test_an_invalid_body_says_where_and_why(client: Callable[[str], Any]) -> None:
    cloudwatch = client("cloudwatch")
    with pytest.raises(cloudwatch.exceptions.DashboardInvalidInputError) as caught:
        cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=body({**GRAPH, "x": 24}, {"type": "text"}))
    error = caught.value.response
    assert error["Error"]["Code"] == "InvalidParameterInput"
    heading, _, listed = error["Error"]["Message"].partition("\n")
    assert heading == "The dashboard body is invalid, there are 2 validation errors:"
    expected = [
        {"dataPath": "/widgets/0/x", "message": "Should be <= 23"},
        {"dataPath": "/widgets/1", "message": "Should have required property 'properties'"},
    ]
    assert json.loads(listed) == expected
    assert error["dashboardValidationMessages"] == [
        {"DataPath": one["dataPath"], "Message": one["message"]} for one in expected
    ]


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "", '{"widgets": NaN}'])
def test_a_body_is_a_json_object(client: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ClientError, match="The field DashboardBody must be a valid JSON object"):
        client("cloudwatch").put_dashboard(DashboardName="loja", DashboardBody=text)


@pytest.mark.parametrize("name", ["a b", "a.b", "ü"])
def test_names_have_few_letters(client: Callable[[str], Any], name: str) -> None:
    with pytest.raises(ClientError, match="The value for field DashboardName contains invalid characters"):
        client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body())


def test_what_means_nothing_is_passed_over_with_a_warning(client: Callable[[str], Any]) -> None:
    answer = client("cloudwatch").put_dashboard(DashboardName="loja", DashboardBody=body({**TEXT, "colour": "red"}))
    (message,) = answer["DashboardValidationMessages"]
    assert (message["DataPath"], '"colour"' in message["Message"]) == ("/widgets/0", True)


def errors(*widgets: Any) -> list[tuple[str, str]]:
    return check_body(body(*widgets)).errors


def with_rows(*rows: Any) -> list[tuple[str, str]]:
    found = errors({**GRAPH, "properties": {**GRAPH["properties"], "metrics": list(rows)}})
    return [(path.removeprefix("/widgets/0/properties/metrics"), message) for path, message in found]


@pytest.mark.parametrize(
    ("widget", "expected"),
    [
        ([], [("/widgets/0", "Should be object")]),
        ({"properties": {}}, [("/widgets/0", "Should have required property 'type'")]),
        ({**TEXT, "type": "video"}, [("/widgets/0/type", "Should be equal to one of the allowed values")]),
        ({**TEXT, "properties": {}}, [("/widgets/0/properties", "Should have required property 'markdown'")]),
        ({**TEXT, "width": "6"}, [("/widgets/0/width", "Should be integer")]),
        ({**TEXT, "height": 0}, [("/widgets/0/height", "Should be >= 1")]),
        ({**TEXT, "x": 1}, [("/widgets/0", "Should have property y when property x is present")]),
        (
            {"type": "alarm", "properties": {"alarms": []}},
            [("/widgets/0/properties/alarms", "Should NOT have less than 1 items")],
        ),
        (
            {"type": "log", "properties": {"region": "us-east-1"}},
            [("/widgets/0/properties", "Should have required property 'query'")],
        ),
    ],
)
def test_widgets_are_checked(widget: Any, expected: list[tuple[str, str]]) -> None:
    assert errors(widget) == expected


def test_a_row_of_a_graph_is_a_list_of_texts() -> None:
    form = (
        'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element'
    )
    assert with_rows("AWS/SQS") == [("/0", "Should be array"), ("/0", form)]
    kind = 'Invalid metric field type, only "String" type is allowed'
    assert with_rows(["A", "B", {"stat": "Sum"}, "C"]) == [("/0/2", kind)]
    assert with_rows(["A", "B", {"FunctionName": "shop"}]) == [
        ("/0", "Should NOT have more than 2 items"),
        ("/0/2", kind),
    ]
    assert with_rows(["A", "B", "FunctionName"]) == [("/0", "Should NOT have more than 2 items")]
    assert with_rows(["A", "B", {"color": "red"}]) == [("/0/2/color", 'Should match pattern "^#[0-9a-fA-F]{6}$"')]


def test_a_row_cannot_lean_on_nothing() -> None:
    assert [path for path, _ in with_rows([".", "B"])] == ["/0"]


def test_shorthands_stand_for_the_row_above() -> None:
    above = ["AWS/Lambda", "Errors", "FunctionName", "shop"]
    assert written_out([".", "Duration", ".", "."], above) == ["AWS/Lambda", "Duration", "FunctionName", "shop"]
    assert written_out(["...", "other"], above) == ["AWS/Lambda", "Errors", "FunctionName", "other"]
    assert written_out(["..."], above) == above
    assert written_out(["...", "a", "b", "c", "d", "e"], above) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([".", "...", "metric", "text"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["widgets", "type", "properties", "metrics", "x", "annotations", "alarms", "region"]), inner
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_checked(value: Any) -> None:
    with contextlib.suppress(ValueError):
        check_body(json.dumps(value))
    check_body(json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": value, "annotations": value}}]}))
