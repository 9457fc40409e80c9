"""Filter expressions: every example of AWS's guide, and what is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localcloud.observe.traces import keywords
from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.filters import parse
from tests.localcloud.observe.trace_help import Traces

WEATHER = (
    '#[{ "Services": [ { "Name": "GetWeatherData", "EntityPath": [{ "Name": "GetWeatherData" }, { "Name": "get_temperature" } ] }, '
    '{ "Name": "GetTemperature", "EntityPath": [ { "Name": "GetTemperature" } ] } ] }]'
)


def response(status: int, url: str = "http://shop/") -> dict[str, Any]:
    return {"request": {"url": url, "method": "GET"}, "response": {"status": status}}


def pair(traces: Traces, front: dict[str, Any], back: dict[str, Any], **call: Any) -> list[dict[str, Any]]:
    """Two services, the first of which calls the other."""
    step = {**traces.part(back["name"], namespace="remote"), **call}
    front = {**front, "subsegments": [*front.get("subsegments", []), step]}
    return [front, {**back, "trace_id": front["trace_id"], "parent_id": step["id"]}]


# expression, documents that it finds, documents that it does not find: each is made from the fixture and is one trace
CASES: list[tuple[str, Any, Any]] = [
    ("responsetime > 5", lambda t: [t.segment(seconds=6)], lambda t: [t.segment(seconds=4)]),
    (
        "duration >= 5 AND duration <= 8",
        lambda t: [t.segment(seconds=5)],
        lambda t: [t.segment(seconds=9)],
    ),
    ("ok", lambda t: [t.segment(http=response(200))], lambda t: [t.segment(http=response(500))]),
    ("!ok", lambda t: [t.segment(http=response(404))], lambda t: [t.segment()]),
    ("ok = false", lambda t: [t.segment(fault=True)], lambda t: [t.segment()]),
    (
        'rootcause.fault.entity { last and name = "deserialize" }',
        lambda t: [t.segment(fault=True, subsegments=[t.part("deserialize", fault=True)])],
        lambda t: [
            t.segment(
                fault=True, subsegments=[t.part("deserialize", fault=True, subsegments=[t.part("x", fault=True)])]
            )
        ],
    ),
    (
        'rootcause.responsetime.entity { remote and coverage > 0.7 and name = "traces" }',
        lambda t: [t.segment(seconds=1, subsegments=[t.part("traces", 0.8, namespace="remote")])],
        lambda t: [t.segment(seconds=1, subsegments=[t.part("traces", 0.6, namespace="remote")])],
    ),
    (
        'rootcause.fault.service { inferred and name = traces and type = "AWS::DynamoDB::Table" }',
        lambda t: [
            t.segment(subsegments=[t.part("DynamoDB", namespace="aws", aws={"table_name": "traces"}, fault=True)])
        ],
        lambda t: [t.segment(subsegments=[t.part("DynamoDB", namespace="aws", aws={"table_name": "a"}, fault=True)])],
    ),
    (
        'service("data-plane") {root = true and fault = true}',
        lambda t: [t.segment("data-plane", fault=True)],
        lambda t: pair(t, t.segment("front"), t.segment("data-plane", fault=True)),
    ),
    ("http.status != 200", lambda t: [t.segment(http=response(201))], lambda t: [t.segment(http=response(200))]),
    (
        "ok !partial duration <3",
        lambda t: [t.segment(seconds=2)],
        lambda t: [t.segment(seconds=2, subsegments=[{**t.part(), "end_time": None, "in_progress": True}])],
    ),
    (
        "rootcause.fault.service { index > 0 }",
        lambda t: pair(t, t.segment("a", fault=True), t.segment("b", fault=True), fault=True),
        lambda t: [t.segment(fault=True)],
    ),
    (
        "rootcause.responsetime.entity { last and coverage > 0.8 }",
        lambda t: [t.segment(seconds=1, subsegments=[t.part(seconds=0.9)])],
        lambda t: [t.segment(seconds=1, subsegments=[t.part(seconds=0.6)])],
    ),
    (
        'http.url CONTAINS "/api/game/"',
        lambda t: [t.segment(http=response(200, "http://x/api/game/7"))],
        lambda t: [t.segment(http=response(200, "http://x/api/user"))],
    ),
    ('user CONTAINS ""', lambda t: [t.segment(user="ana")], lambda t: [t.segment()]),
    (
        'rootcause.fault.service { name = "Auth" }',
        lambda t: [t.segment("Auth", fault=True)],
        lambda t: [t.segment("Auth", error=True)],
    ),
    (
        'rootcause.responsetime.service { last and type = "AWS::DynamoDB::Table" }',
        lambda t: [
            t.segment(seconds=1, subsegments=[t.part("DynamoDB", 0.9, namespace="aws", aws={"table_name": "a"})])
        ],
        lambda t: [
            t.segment(seconds=1, subsegments=[t.part("DynamoDB", 0.1, namespace="aws", aws={"table_name": "a"})])
        ],
    ),
    (
        'rootcause.fault.exception { last and message = "Access Denied for account_id: 1234567890" }',
        lambda t: [
            t.segment(
                fault=True,
                cause={"exceptions": [{"id": "1" * 16, "message": "Access Denied for account_id: 1234567890"}]},
            )
        ],
        lambda t: [t.segment(fault=True, cause={"exceptions": [{"id": "1" * 16, "message": "Denied"}]})],
    ),
    (
        'service("api.example.com") { fault }',
        lambda t: pair(t, t.segment("front"), t.segment("api.example.com", fault=True)),
        lambda t: pair(t, t.segment("front", fault=True), t.segment("api.example.com")),
    ),
    ("service() { fault }", lambda t: pair(t, t.segment("a"), t.segment("b", fault=True)), lambda t: [t.segment()]),
    (
        'edge("api.example.com", "backend.example.com") { error }',
        lambda t: pair(t, t.segment("api.example.com"), t.segment("backend.example.com", error=True)),
        lambda t: pair(t, t.segment("backend.example.com", error=True), t.segment("api.example.com", error=True)),
    ),
    (
        'http.url BEGINSWITH "http://api.example.com/" AND http.url CONTAINS "/v2/" AND !service("api.example.com")',
        lambda t: [t.segment("edge", http=response(200, "http://api.example.com/v2/x"))],
        lambda t: [t.segment("api.example.com", http=response(200, "http://api.example.com/v2/x"))],
    ),
    (
        "http.url AND responseTime > 2",
        lambda t: [t.segment(seconds=3, http=response(200))],
        lambda t: [t.segment(seconds=3)],
    ),
    (
        'annotation.gameid = "817DL6VO"',
        lambda t: [t.segment(annotations={"gameid": "817DL6VO"})],
        lambda t: [t.segment(metadata={"default": {"gameid": "817DL6VO"}})],
    ),
    (
        'annotation[gameid] = "817DL6VO"',
        lambda t: [t.segment(subsegments=[t.part(annotations={"gameid": "817DL6VO"})])],
        lambda t: [t.segment(annotations={"gameid": "other"})],
    ),
    (
        "annotation[aws.responseLatency] > 1",
        lambda t: [t.segment(annotations={"aws.responseLatency": 2})],
        lambda t: [t.segment(annotations={"aws.responseLatency": 0.5})],
    ),
    ("annotation.age", lambda t: [t.segment(annotations={"age": 0})], lambda t: [t.segment()]),
    ("!annotation.age", lambda t: [t.segment()], lambda t: [t.segment(annotations={"age": 1})]),
    (
        "annotation.age > 29",
        lambda t: [t.segment(annotations={"age": 30})],
        lambda t: [t.segment(annotations={"age": "30"})],
    ),
    (
        "annotation.vip = true",
        lambda t: [t.segment(annotations={"vip": True})],
        lambda t: [t.segment(annotations={"vip": False})],
    ),
    (
        "annotation.vip",
        lambda t: [t.segment(annotations={"vip": True})],
        lambda t: [t.segment(annotations={"vip": False})],
    ),
    (
        f"rootcause.json = {WEATHER}",
        lambda t: [
            one
            for start in [t.now - 9]
            for one in pair(
                t,
                t.segment("GetWeatherData", 1.0, start, fault=True),
                t.segment("GetTemperature", 0.7, start, fault=True),
                name="get_temperature",
                fault=True,
            )
        ],
        lambda t: [t.segment("GetWeatherData", fault=True)],
    ),
    (
        'service("random-name") { error }',
        lambda t: [t.segment("random-name", origin="AWS::Lambda", error=True)],
        lambda t: [t.segment("random-name", origin="AWS::Lambda", fault=True)],
    ),
    (
        'service(id(name: "random-name", type: "AWS::Lambda::Function")) { error }',
        lambda t: [t.segment("random-name", origin="AWS::Lambda::Function", error=True)],
        lambda t: [t.segment("random-name", origin="AWS::Lambda", error=True)],
    ),
    (
        'service(id(type: "AWS::Lambda::Function")) { error }',
        lambda t: [t.segment("any", origin="AWS::Lambda::Function", error=True)],
        lambda t: [t.segment("any", origin="AWS::Lambda", error=True)],
    ),
    (
        'edge(id(name: "one", type:"A::B"), id(name: "two", type:"C::D")) { throttle }',
        lambda t: pair(t, t.segment("one", origin="A::B"), t.segment("two", origin="C::D", throttle=True)),
        lambda t: pair(t, t.segment("one", origin="A::B"), t.segment("two", origin="A::B", throttle=True)),
    ),
    ("inferred", lambda t: [t.segment(subsegments=[t.part(namespace="remote")])], lambda t: [t.segment()]),
    ("error OR fault", lambda t: [t.segment(fault=True)], lambda t: [t.segment()]),
    ("!(error OR fault)", lambda t: [t.segment()], lambda t: [t.segment(error=True)]),
    (
        'http.method = "GET" and http.clientip = "10.0.0.1"',
        lambda t: [t.segment(http={"request": {"method": "GET", "client_ip": "10.0.0.1"}})],
        lambda t: [t.segment(http={"request": {"method": "GET", "client_ip": "10.0.0.2"}})],
    ),
    (
        'http.useragent ENDSWITH "/8"',
        lambda t: [t.segment(http={"request": {"user_agent": "curl/8"}})],
        lambda t: [t.segment(http={"request": {"user_agent": "curl/9"}})],
    ),
    (
        'resource.arn = "arn:x"',
        lambda t: [t.segment(resource_arn="arn:x")],
        lambda t: [t.segment(resource_arn="arn:y")],
    ),
    (
        'instance.id = "i-1" availabilityzone = "us-east-1a"',
        lambda t: [t.segment(aws={"ec2": {"instance_id": "i-1", "availability_zone": "us-east-1a"}})],
        lambda t: [t.segment(aws={"ec2": {"instance_id": "i-1", "availability_zone": "us-east-1b"}})],
    ),
    (
        'service("shop") { annotation.step = 2 }',
        lambda t: [t.segment(annotations={"step": 2})],
        lambda t: [t.segment("other", annotations={"step": 2})],
    ),
]


@pytest.mark.parametrize(("expression", "hit", "miss"), CASES, ids=[case[0][:60] for case in CASES])
def test_an_expression_finds_what_it_says(traces: Traces, expression: str, hit: Any, miss: Any) -> None:
    found = traces.keep(*hit(traces))
    traces.keep(*miss(traces))
    assert traces.found(expression) == [found]


def test_a_group_stands_for_its_expression(traces: Traces) -> None:
    traces.aws.create_group(GroupName="high_response_time", FilterExpression="responseTime > 3")
    found = traces.keep(traces.segment(seconds=4, user="alice"))
    traces.keep(traces.segment(seconds=4, user="bob"))
    traces.keep(traces.segment(seconds=1, user="alice"))
    assert traces.found('group.name = "high_response_time" AND user = "alice"') == [found]
    arn = traces.aws.get_group(GroupName="high_response_time")["Group"]["GroupARN"]
    assert traces.found(f'group.arn = "{arn}" user = "alice"') == [found]
    assert len(traces.found('group.name != "high_response_time"')) == 1
    assert len(traces.found('groupname = "Default"')) == 3


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("fault AND", "end of expression at line 1 and position 10"),
        ("fault == true", "= at line 1 and position 8"),
        ('service("a" { fault }', "{ at line 1 and position 13"),
        ('rootcause.fault.exception { last and message = "x"', "end of expression"),
        ("error ?", "? at line 1 and position 7"),
        ("colour = 1", "keyword colour"),
        ("colour", "keyword colour"),
        ('responsetime > "5"', "keyword responsetime"),
        ("http.url > 5", "keyword http.url"),
        ("http.url = 5", "keyword http.url"),
        ("fault > true", "keyword fault"),
        ('ok = "maybe"', "keyword ok"),
        ("coverage > 0.5", "keyword coverage"),
        ("message", "keyword message"),
        ("rootcause.fault.service { coverage > 1 }", "keyword coverage"),
        ('service("a") { service("b") }', "cannot stand inside braces"),
        ('service("a") { rootcause.fault.service { first } }', "cannot stand inside braces"),
        ("fault { error }", "braces follow"),
        ('service(id(colour: "x"))', "id() takes"),
        ("rootcause.json = #[1]", "root causes are JSON objects"),
        ("fault = #{}", "only rootcause.json"),
        ('rootcause.json = #[{"Services": nope}]', "it is no JSON"),
        ("group.name", "group.name"),
        ('group.name = "nobody"', "no group whose name is nobody"),
        ("(" * 60 + "ok" + ")" * 60, "nests"),
        ("!" * 60 + "ok", "nests"),
        ("ok " * 5000, "longer than"),
        ("   ", "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(traces: Traces, expression: str, place: str) -> None:
    with pytest.raises(ClientError) as wrong:
        traces.found(expression)
    assert wrong.value.response["Error"]["Code"] == "InvalidRequestException"
    assert place in wrong.value.response["Error"]["Message"]


def test_groups_that_name_each_other_end(traces: Traces) -> None:
    traces.aws.create_group(GroupName="a", FilterExpression="ok")
    traces.aws.create_group(GroupName="b", FilterExpression='group.name = "a"')
    traces.aws.update_group(GroupName="a", FilterExpression='group.name = "b"')
    with pytest.raises(ClientError, match="groups name each other"):
        traces.found('group.name = "a"')


WORDS = st.sampled_from(
    [
        *"(){}[]!#,:=<>",
        *(
            "and",
            "OR",
            "ok",
            "fault",
            "service",
            "edge",
            "id",
            "name",
            "http.url",
            "rootcause.fault.entity",
            "annotation.x",
        ),
        *('"text"', '"', "5", "-1e3", "CONTAINS", "!=", "true", "json", "rootcause.json", '"\\u12"', "é", "#["),
    ]
)


@settings(max_examples=500)
@given(st.lists(WORDS | st.text(max_size=4), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        keywords.check(parse(text))


ATOMS = st.sampled_from(
    ["ok", "fault", "duration > 1.5", 'user = "a"', "annotation[a.b] != 3", 'service("x") {error}', "http.url"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda one: (
        st.builds("({})".format, one)
        | st.builds("!({})".format, one)
        | st.builds("{} AND {}".format, one, one)
        | st.builds("{} or {}".format, one, one)
        | st.builds("{} {}".format, one, one)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(EXPRESSIONS)
def test_expressions_can_be_put_together_at_will(expression: str) -> None:
    tree = parse(expression)
    keywords.check(tree)
    assert parse(f"({expression})") == tree
    assert parse(expression.replace(" ", "  \n ")) == tree
