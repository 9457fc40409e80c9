"""GetMetricData: order, pages, metric math, search, labels and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.observe.metric_help import Metrics, metric, refusal


def test_data_come_newest_first_unless_asked_otherwise(metrics: Metrics) -> None:
    for minute in range(3):
        metrics.put(Value=minute, Timestamp=metrics.at(minute))
    [result] = metrics.data(metric())["MetricDataResults"]
    assert result["Values"] == [2, 1, 0]
    assert result["Timestamps"] == [metrics.at(2), metrics.at(1), metrics.at(0)]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("m1", "Latency", "Complete")
    assert metrics.values(metric()) == {"m1": [0, 1, 2]}


def test_data_come_in_pages_that_join_to_all_of_them(metrics: Metrics) -> None:
    for minute in range(7):
        metrics.put("a", Value=minute, Timestamp=metrics.at(minute))
        metrics.put("b", Value=10 + minute, Timestamp=metrics.at(minute))
    queries = [metric("m1", "a"), metric("none", "c"), metric("m2", "b")]
    pages = metrics.aws.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=metrics.hour, EndTime=metrics.at(60), MaxDatapoints=3
    )
    found: dict[str, list[float]] = {}
    states = []
    for page in pages:
        assert sum(len(result["Values"]) for result in page["MetricDataResults"]) <= 3
        for result in page["MetricDataResults"]:
            found.setdefault(result["Id"], []).extend(result["Values"])
            states.append((result["Id"], result["StatusCode"]))
    assert found == {"m1": [6, 5, 4, 3, 2, 1, 0], "none": [], "m2": [16, 15, 14, 13, 12, 11, 10]}
    assert states[0] == ("m1", "PartialData")
    assert states[-1] == ("m2", "Complete")


def test_a_token_of_another_request_is_refused(metrics: Metrics) -> None:
    for minute in range(3):
        metrics.put(Value=minute, Timestamp=metrics.at(minute))
    token = metrics.data(metric(), MaxDatapoints=1)["NextToken"]
    assert metrics.data(metric(), MaxDatapoints=1, NextToken=token)["MetricDataResults"][0]["Values"] == [1]
    for asked in ({"MaxDatapoints": 2, "NextToken": token}, {"MaxDatapoints": 1, "NextToken": "mine"}):
        code, _ = refusal(lambda asked=asked: metrics.data(metric(), **asked))
        assert code == "InvalidNextToken"


def test_metric_math_is_computed_on_the_metrics_of_the_request(metrics: Metrics) -> None:
    for minute, (errors, calls) in enumerate([(1, 10), (0, 20), (5, 0)]):
        metrics.put("Errors", Value=errors, Timestamp=metrics.at(minute))
        metrics.put("Calls", Value=calls, Timestamp=metrics.at(minute))
    found = metrics.data(
        metric("errors", "Errors", ReturnData=False),
        metric("calls", "Calls", ReturnData=False),
        {"Id": "rate", "Expression": "errors / calls * 100", "Label": "error rate"},
        {"Id": "twice", "Expression": "rate * 2"},
        {"Id": "all", "Expression": "METRICS() + 0", "Label": "more"},
        ScanBy="TimestampAscending",
    )["MetricDataResults"]
    assert [(result["Id"], result["Label"], result["Values"]) for result in found] == [
        ("rate", "error rate", [10, 0]),
        ("twice", "twice", [20, 0]),
        ("all", "more Errors", [1, 0, 5]),
        ("all", "more Calls", [10, 20, 0]),
    ]


def test_search_finds_metrics_by_schema_name_and_words(metrics: Metrics) -> None:
    for function in ("checkout", "mail"):
        for name in ("Errors", "Calls"):
            metrics.put(
                name, Value=1, Timestamp=metrics.at(0), Dimensions=[{"Name": "FunctionName", "Value": function}]
            )
    metrics.put("Errors", Value=100, Timestamp=metrics.at(0))

    def labels(search: str) -> list[str]:
        query = {
            "Id": "e1",
            "Expression": f"SEARCH('{search}', 'Sum', 60)",
            "Label": "${PROP('Dim.FunctionName')} ${LABEL}",
        }
        return [result["Label"].strip() for result in metrics.data(query)["MetricDataResults"]]

    assert labels('{Loja,FunctionName} MetricName="Errors"') == ["checkout Errors", "mail Errors"]
    assert labels('{Loja,FunctionName} errors NOT FunctionName="mail"') == ["checkout Errors"]
    assert labels('Namespace="Loja" AND (MetricName="Calls" OR checkout)') == [
        "checkout Calls",
        "mail Calls",
        "checkout Errors",
    ]
    assert labels("{Loja}") == ["checkout Calls", "mail Calls", "Errors", "checkout Errors", "mail Errors"]
    assert labels("nothing") == []
    assert "takes no :aws.AccountId" in refusal(lambda: labels('{Loja} :aws.AccountId="999999999999"'))[1]
    total = {"Id": "e1", "Expression": "SUM(SEARCH('{Loja,FunctionName} Errors', 'Sum', 60))"}
    assert metrics.values(total) == {"e1": [2]}


def test_labels_show_values_and_refuse_what_is_not_here(metrics: Metrics) -> None:
    for minute in range(3):
        metrics.put(Value=minute, Timestamp=metrics.at(minute))

    def label(text: str) -> str:
        return str(metrics.data(metric(Label=text))["MetricDataResults"][0]["Label"])

    assert label("${LABEL}: max ${MAX}, avg ${AVG}, last ${LAST}") == "Latency: max 2, avg 1, last 2"
    assert label("${PROP('Stat')} of ${PROP('Namespace')} in ${PROP('Region')}") == "Sum of Loja in us-east-1"
    assert "labels with times" in refusal(lambda: label("${LAST_TIME}"))[1]
    assert "unknown variable" in refusal(lambda: label("${MEDIAN}"))[1]
    assert "LabelOptions" in refusal(lambda: metrics.data(metric(), LabelOptions={"Timezone": "+0200"}))[1]


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([{"Id": "m1"}], "The parameter MetricDataQueries.member.1.MetricStat is required.\n"),
        (
            [metric("M1")],
            "The value M1 for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
        ),
        ([metric(), metric()], "The values for parameter id in MetricDataQueries are not unique."),
        (
            [metric(Expression="1")],
            "The parameters MetricDataQueries.member.1.Expression and MetricDataQueries.member.1.MetricStat are mutually exclusive and you have specified both.",
        ),
        (
            [metric(period=7)],
            "The parameter MetricDataQueries.member.1.MetricStat.Period must be a value in the set [ 1, 5, 10, 20, 30 ] or any multiple of 60.",
        ),
        (
            [metric(stat="Median")],
            "The value Median for parameter MetricDataQueries.member.1.MetricStat.Stat is not supported.",
        ),
        (
            [metric(AccountId="999999999999")],
            "The local cloud has no metrics of other accounts (MetricDataQueries.member.1.AccountId).",
        ),
        ([metric()] * 501, "The collection MetricDataQueries must not have a size greater than 500."),
        ([{"Id": "e1", "Expression": "m2 + 1"}], "Error in expression 'e1': ID 'm2' not found (at character 1: m2)"),
        (
            [{"Id": "a", "Expression": "b * 2"}, {"Id": "b", "Expression": "a * 2"}],
            "Error in expression 'b': Circular dependency: a -> b -> a (at character 1: a)",
        ),
        (
            [metric(), {"Id": "e1", "Expression": "ANOMALY_DETECTION_BAND(m1)"}],
            "Error in expression 'e1': The local cloud has no function ANOMALY_DETECTION_BAND (at character 1: ANOMALY_DETECTION_BAND(m1))",
        ),
        (
            [metric(), {"Id": "e1", "Expression": "m1 * 2", "Period": 300}],
            "Error in expression 'e1': The local cloud does not change the period of a result: it has 60 seconds, not 300",
        ),
    ],
)
def test_bad_queries_are_refused(metrics: Metrics, queries: list[dict[str, Any]], message: str) -> None:
    assert refusal(lambda: metrics.data(*queries)) == ("ValidationError", message)
