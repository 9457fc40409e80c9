"""The operations about queries: starting, waiting, stopping, listing, saved queries, single records, the fields of a group."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually
from tests.localcloud.observe.insights_help import ENDED, GROUP, REQUEST_ID, STREAM, Insights


@pytest.fixture
def insights(cloud: CloudProcess, account: str) -> Insights:
    return Insights(cloud, account)


def refused(call: Callable[..., Any], **options: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**options)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_the_answer_says_what_was_scanned_and_matched(insights: Insights) -> None:
    insights.put({"n": 1}, {"n": 2}, "três")
    answer = insights.answer("fields n | filter n > 0 | sort n desc | limit 1")
    assert answer["queryLanguage"] == "CWLI"
    assert answer["statistics"] == {
        "recordsMatched": 2,
        "recordsScanned": 3,
        "bytesScanned": 8 + 8 + 5,
        "estimatedRecordsSkipped": 0,
        "estimatedBytesSkipped": 0,
        "logGroupsScanned": 1,
        "resultCount": 1,
    }
    [row] = answer["results"]
    assert row[0] == {"field": "n", "value": "2"} and row[1]["field"] == "@ptr"
    assert insights.answer("filter n > 0 | stats count(*) by n | limit 1")["statistics"]["recordsMatched"] == 2
    assert all(one["field"] != "@ptr" for one in insights.answer("stats count(*)")["results"][0])


def test_a_group_without_events_answers_too(insights: Insights) -> None:
    assert insights.rows("fields @message, a.b | filter a.b = 1") == []
    assert insights.rows("stats count(*)") == [{"count(*)": "0"}]
    assert insights.rows("stats count(*) by a") == []


def test_the_range_is_inclusive_and_may_be_in_milliseconds(insights: Insights) -> None:
    insights.put("one", "two", "three", step=1_000)
    second = insights.now // 1000 + 1
    assert insights.values("fields @message", "@message") == ["three", "two", "one"]
    assert [row["@message"] for row in insights.rows("fields @message", startTime=second, endTime=second)] == ["two"]
    found = insights.rows("fields @message", startTime=insights.now + 1_000, endTime=insights.now + 2_000)
    assert [row["@message"] for row in found] == ["three", "two"]


def test_several_groups_are_one_by_name_or_by_arn(insights: Insights) -> None:
    insights.aws.create_log_group(logGroupName="/loja/b")
    insights.aws.create_log_stream(logGroupName="/loja/b", logStreamName="s")
    insights.put("from a")
    insights.aws.put_log_events(
        logGroupName="/loja/b", logStreamName="s", logEvents=[{"timestamp": insights.now + 5, "message": "from b"}]
    )
    expected = [
        {"@message": "from b", "@log": f"{insights.account}:/loja/b", "@logStream": "s"},
        {"@message": "from a", "@log": f"{insights.account}:{GROUP}", "@logStream": STREAM},
    ]
    query = "fields @message, @log, @logStream"
    assert insights.rows(query, logGroupNames=[GROUP, "/loja/b", GROUP]) == expected
    arns = [f"arn:aws:logs:us-east-1:{insights.account}:log-group:{name}" for name in (GROUP, "/loja/b")]
    assert insights.rows(query, logGroupIdentifiers=arns) == expected
    started = insights.start(query, logGroupIdentifiers=[arns[0], "/loja/b"])
    assert insights.aws.list_log_groups_for_query(queryId=started)["logGroupIdentifiers"] == arns


def test_requests_that_make_no_sense_are_refused(insights: Insights) -> None:
    start = insights.aws.start_query
    good = {"logGroupName": GROUP, "startTime": 1, "endTime": insights.cloud_now // 1000, "queryString": "limit 1"}

    def without(name: str, **more: Any) -> tuple[str, str]:
        return refused(start, **{key: value for key, value in good.items() if key != name}, **more)

    one_of = (
        "InvalidParameterException",
        "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.",
    )
    assert without("logGroupName") == one_of
    assert refused(start, **good, logGroupNames=[GROUP]) == one_of
    missing = f"Log group '/nowhere' does not exist for account ID '{insights.account}'"
    assert without("logGroupName", logGroupNames=[GROUP, "/nowhere"]) == ("ResourceNotFoundException", missing)
    many = [f"/g{number}" for number in range(51)]
    assert "50 log groups at most, not 51" in without("logGroupName", logGroupNames=many)[1]
    other = "arn:aws:logs:us-east-1:999999999999:log-group:/x"
    assert without("logGroupName", logGroupIdentifiers=[other])[0] == "InvalidParameterException"
    assert "before its start time" in without("startTime", startTime=insights.cloud_now // 1000 + 9)[1]
    code, message = without("endTime", endTime=2)
    assert code == "MalformedQueryException" and "before the log groups creation time" in message
    for language in ("SQL", "PPL"):
        code, message = refused(start, **good, queryLanguage=language)
        assert code == "InvalidParameterException" and f"OpenSearch {language}" in message
    assert refused(start, **good, limit=100_001)[0] == "InvalidParameterException"


def test_the_limit_of_the_request_holds_unless_the_query_has_one(insights: Insights) -> None:
    insights.put(*({"n": number} for number in range(30)), step=1_000)
    assert len(insights.rows("fields n", limit=7)) == 7
    assert len(insights.rows("fields n | limit 9", limit=7)) == 9


def test_ten_thousand_rows_come_by_default_and_more_in_pages(insights: Insights) -> None:
    for first in range(0, 12_000, 4_000):
        insights.put(*(f"event {number}" for number in range(first, first + 4_000)), step=1, start=insights.now + first)
    answer = insights.answer("fields @message")
    assert (len(answer["results"]), answer["statistics"]["recordsMatched"], "nextToken" in answer) == (
        10_000,
        12_000,
        False,
    )
    assert answer["results"][0][0]["value"] == "event 11999"
    started = insights.start("fields @message | limit 11000")
    first = eventually(
        lambda: (found := insights.aws.get_query_results(queryId=started))["status"] == "Complete" and found
    )
    second = insights.aws.get_query_results(queryId=started, nextToken=first["nextToken"])
    assert (len(first["results"]), len(second["results"]), "nextToken" in second) == (10_000, 1_000, False)
    assert len(insights.aws.get_query_results(queryId=started, maxItems=5)["results"]) == 5
    assert refused(insights.aws.get_query_results, queryId=started, nextToken="x")[0] == "InvalidParameterException"


def test_a_record_is_found_again_with_all_of_its_fields(insights: Insights) -> None:
    insights.put({"order": {"id": "o1", "lines": [{"sku": "a"}]}, "paid": True, "total": 12.5, "@x": None})
    [row] = insights.answer("fields total")["results"]
    pointer = row[-1]["value"]
    record = insights.aws.get_log_record(logRecordPointer=pointer)["logRecord"]
    assert {
        name: record[name] for name in ("order.id", "order.lines.0.sku", "paid", "total", "@logStream", "@log")
    } == {
        "order.id": "o1",
        "order.lines.0.sku": "a",
        "paid": "true",
        "total": "12.5",
        "@logStream": STREAM,
        "@log": f"{insights.account}:{GROUP}",
    }
    assert json.loads(record["@message"])["total"] == 12.5 and record["@timestamp"].endswith(":00:00.000")
    assert refused(insights.aws.get_log_record, logRecordPointer="nonsense")[0] == "InvalidParameterException"
    assert refused(insights.aws.get_log_record, logRecordPointer=pointer, unmask=True)[0] == "InvalidParameterException"
    insights.aws.delete_log_group(logGroupName=GROUP)
    assert refused(insights.aws.get_log_record, logRecordPointer=pointer)[0] == "ResourceNotFoundException"


def test_the_fields_of_a_group_come_with_their_share(insights: Insights) -> None:
    insights.put({"a": 1, "b": {"c": 1}}, {"a": 2}, f"START RequestId: {REQUEST_ID} Version: 1\n", "text", step=1_000)
    found = insights.aws.get_log_group_fields(logGroupName=GROUP, time=insights.now // 1000)["logGroupFields"]
    assert {one["name"]: one["percent"] for one in found} == {
        "@ingestionTime": 100,
        "@log": 100,
        "@logStream": 100,
        "@message": 100,
        "@timestamp": 100,
        "a": 50,
        "@requestId": 25,
        "@type": 25,
        "b.c": 25,
    }
    assert [one["percent"] for one in found] == sorted((one["percent"] for one in found), reverse=True)
    assert insights.aws.get_log_group_fields(logGroupIdentifier=GROUP, time=1)["logGroupFields"] == []


def test_queries_are_listed_newest_first_and_gone_after_a_week(cloud: CloudProcess, insights: Insights) -> None:
    insights.put("x")
    insights.aws.create_log_group(logGroupName="/loja/b")
    insights.rows("fields a")
    insights.rows("fields b", logGroupNames=["/loja/b"])
    listed = insights.aws.describe_queries()["queries"]
    assert [one["queryString"] for one in listed] == ["fields b", "fields a"]
    assert [one["queryString"] for one in insights.aws.describe_queries(logGroupName=GROUP)["queries"]] == ["fields a"]
    assert insights.aws.describe_queries(status="Running")["queries"] == []
    assert {"queryId", "status", "createTime", "logGroupName", "queryLanguage"} <= listed[0].keys()
    page = insights.aws.describe_queries(maxResults=1)
    assert len(page["queries"]) == 1
    assert insights.aws.describe_queries(maxResults=1, nextToken=page["nextToken"])["queries"] == listed[1:]
    cloud.advance(7 * 86_400 + 1)
    assert insights.aws.describe_queries()["queries"] == []
    code, message = refused(insights.aws.get_query_results, queryId=listed[0]["queryId"])
    assert code == "ResourceNotFoundException" and listed[0]["queryId"] in message


def test_a_query_that_has_ended_cannot_be_stopped(insights: Insights) -> None:
    started = insights.start("limit 1")
    eventually(lambda: insights.aws.get_query_results(queryId=started)["status"] == "Complete")
    assert refused(insights.aws.stop_query, queryId=started)[0] == "InvalidParameterException"
    assert refused(insights.aws.stop_query, queryId="unknown")[0] == "ResourceNotFoundException"


def test_many_queries_at_once_are_all_answered_or_refused_by_the_limit(insights: Insights) -> None:
    insights.put(*({"n": number, "text": "x" * 200} for number in range(2_000)), step=1)
    gate = threading.Barrier(16)

    def ask(number: int) -> str:
        if number < 16:
            gate.wait()
        try:
            return insights.start(f"stats pct(n, {number % 100}), count_distinct(text), max(n * {number}) by n")
        except ClientError as error:
            return str(error.response["Error"]["Code"])

    with ThreadPoolExecutor(16) as pool:
        started = list(pool.map(ask, range(150)))
    ids = [one for one in started if one != "LimitExceededException"]
    assert len(ids) >= 100 and all("-" in one for one in ids)
    stopped = ids[-1]
    try:
        assert insights.aws.stop_query(queryId=stopped)["success"] is True
        status = "Cancelled"
    except ClientError:
        status = "Complete"
    assert (
        eventually(lambda: (found := insights.aws.get_query_results(queryId=stopped)["status"]) in ENDED and found)
        == status
    )

    def state(query_id: str) -> Any:
        return insights.aws.get_query_results(queryId=query_id, maxItems=1)["status"]

    for query_id in ids[:-1]:
        assert eventually(lambda query_id=query_id: state(query_id) in ENDED and state(query_id), 120) == "Complete"


def test_saved_queries_are_kept_changed_listed_and_forgotten(insights: Insights) -> None:
    aws = insights.aws
    token = "0123456789" * 4
    first = aws.put_query_definition(name="errors", queryString="filter x", logGroupNames=[GROUP], clientToken=token)[
        "queryDefinitionId"
    ]
    assert (
        aws.put_query_definition(name="errors", queryString="filter x", clientToken=token)["queryDefinitionId"] == first
    )
    aws.put_query_definition(name="all", queryString="limit 5")
    aws.put_query_definition(queryDefinitionId=first, name="errors/web", queryString="limit 6")
    found = aws.describe_query_definitions()["queryDefinitions"]
    assert [(one["name"], one["queryString"], one["logGroupNames"]) for one in found] == [
        ("all", "limit 5", []),
        ("errors/web", "limit 6", []),
    ]
    assert len(aws.describe_query_definitions(queryDefinitionNamePrefix="err")["queryDefinitions"]) == 1
    page = aws.describe_query_definitions(maxResults=1)
    assert aws.describe_query_definitions(maxResults=1, nextToken=page["nextToken"])["queryDefinitions"] == found[1:]
    assert aws.delete_query_definition(queryDefinitionId=first)["success"] is True
    assert refused(aws.delete_query_definition, queryDefinitionId=first)[0] == "ResourceNotFoundException"
    assert (
        refused(aws.put_query_definition, queryDefinitionId=first, name="x", queryString="y")[0]
        == "ResourceNotFoundException"
    )
    assert (
        refused(aws.put_query_definition, name="x", queryString="y", parameters=[{"name": "p"}])[0]
        == "InvalidParameterException"
    )
    assert (
        refused(aws.put_query_definition, name="x", queryString="y", queryLanguage="PPL")[0]
        == "InvalidParameterException"
    )


def test_scheduled_queries_are_refused_by_name(insights: Insights) -> None:
    code, message = refused(insights.aws.list_scheduled_queries)
    assert code == "InvalidOperationException" and "scheduled queries" in message


def test_an_emptied_account_has_no_queries(cloud: CloudProcess, insights: Insights) -> None:
    started = insights.start("limit 1")
    eventually(lambda: insights.aws.get_query_results(queryId=started)["status"] == "Complete")
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={insights.account}/x"}
    requests.post(f"{cloud.endpoint_url}/_localcloud/reset", headers=headers).raise_for_status()
    assert insights.aws.describe_queries()["queries"] == []
    assert refused(insights.aws.get_query_results, queryId=started)[0] == "ResourceNotFoundException"


def test_a_functions_own_log_answers_questions(functions: Functions) -> None:
    source = """
        import json
        def handler(event, context):
            print(json.dumps({"order": event["id"], "total": event["total"]}))
    """
    functions.create("loja", source)
    for number in range(3):
        functions.invoke("loja", {"id": f"o{number}", "total": number * 10})
    insights = Insights.__new__(Insights)
    insights.aws, insights.group = functions.client("logs"), GROUP
    insights.cloud_now = max(
        event["timestamp"] for event in insights.aws.filter_log_events(logGroupName=GROUP)["events"]
    )
    insights.now = insights.cloud_now - 3_600_000
    assert insights.rows("stats sum(total) as sold, count(order) as orders") == [{"sold": "30", "orders": "3"}]
    [row] = insights.rows(
        'filter @type = "REPORT" | stats count(*) as n, max(@memorySize)/1000/1000 as mb, count(@initDuration) as cold'
    )
    assert (row["n"], row["mb"]) == ("3", "128") and int(row["cold"]) >= 1
    assert len(insights.rows("filter ispresent(@requestId) | stats count(*) by @requestId")) == 3
