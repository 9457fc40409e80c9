"""The language of Logs Insights, asked through boto3 about events that were really written.

The queries of AWS's own documentation are here, on data of ours: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.observe.insights_help import REQUEST_ID, Insights

REPORT = (
    f"REPORT RequestId: {REQUEST_ID}\tDuration: 120.50 ms\tBilled Duration: 121 ms\tMemory Size: 512 MB\tMax Memory Used: 64 MB\t"
    "Init Duration: 210.25 ms\t\nXRAY TraceId: 1-5e2c9f4a-0c1d2e3f4a5b6c7d8e9f0a1b\tSegmentId: 4f3a2b1c0d9e8f7a\tSampled: true\n"
)
ORDERS = (
    {"level": "INFO", "server": "web-1", "severity": 1, "latency": 12.5, "paid": True, "customer": {"id": "c1"}},
    {
        "level": "ERROR",
        "server": "web-2",
        "severity": 3,
        "latency": 250,
        "paid": False,
        "items": [{"sku": "a"}, {"sku": "b"}],
    },
    {"level": "INFO", "server": "web-1", "severity": 2, "latency": "7", "foo-bar": "dash", "customer": {"id": "c2"}},
    "user=bob, method:GET, latency := 35\n",
    "java.lang.Exception: broken",
)


@pytest.fixture
def orders(cloud: CloudProcess, account: str) -> Insights:
    insights = Insights(cloud, account)
    insights.put(*ORDERS)
    return insights


def stamp(milliseconds: int) -> str:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03d}"


def test_events_come_newest_first_with_time_and_message_when_nothing_else_is_asked(orders: Insights) -> None:
    rows = orders.rows("filter latency > 10")
    assert [row["@timestamp"] for row in rows] == [stamp(orders.now + 60_000), stamp(orders.now)]
    assert set(rows[0]) == {"@timestamp", "@message"}


@pytest.mark.parametrize(
    ("condition", "servers"),
    [
        ('level = "ERROR"', ["web-2"]),
        ("latency>2", ["web-1", "web-2", "web-1"]),
        ("(latency >= 12.5)", ["web-2", "web-1"]),
        ('level = "INFO" and latency < 10', ["web-1"]),
        ('latency in [250, "7"]', ["web-1", "web-2"]),
        ('ispresent(level) and level not in ["INFO"]', ["web-2"]),
        ("server like /^web-[2-9]$/", ["web-2"]),
        ("server =~ /WEB-2/i", ["web-2"]),
        ("server like /(?i)WEB-2/", ["web-2"]),
        ('server like "eb-2"', ["web-2"]),
        ('ispresent(server) and server not like "eb-2"', ["web-1", "web-1"]),
        ("not ispresent(items.0.sku) and ispresent(server)", ["web-1", "web-1"]),
        ('items.1.sku = "b"', ["web-2"]),
        ('items[1].sku = "b"', ["web-2"]),
        ("paid = 1", ["web-1"]),
        ('paid = "false"', ["web-2"]),
        ("paid = true or severity = 3", ["web-2", "web-1"]),
        ("ispresent(server) and isempty(customer.id)", ["web-2"]),
        ('strcontains(server, "-2")', ["web-2"]),
        ("latency / 2 > 100 or 2 ^ severity = 4", ["web-1", "web-2"]),
        ("severity % 2 = 0", ["web-1"]),
        ("abs(0 - severity) = 3", ["web-2"]),
    ],
)
def test_filter_keeps_what_its_condition_says(orders: Insights, condition: str, servers: list[str]) -> None:
    assert orders.values(f"fields server | filter {condition}", "server") == servers


def test_what_is_missing_differs_from_everything(orders: Insights) -> None:
    assert len(orders.rows('filter level != "INFO"')) == 3
    assert len(orders.rows('where level != "INFO"')) == 3
    assert len(orders.rows("filter nowhere = 1 or nowhere < 1 or nowhere like /x/")) == 0


def test_objects_are_no_fields_and_what_is_in_them_is(orders: Insights) -> None:
    rows = orders.rows(
        "fields customer, customer.id, `foo-bar`, items | filter ispresent(customer.id) | sort latency asc"
    )
    assert rows == [{"customer.id": "c2", "foo-bar": "dash"}, {"customer.id": "c1"}]


def test_fields_add_up_and_display_decides(orders: Insights) -> None:
    one = '| filter level = "ERROR"'
    assert orders.rows(f"fields server | fields latency * 2 as twice, level {one}") == [
        {"server": "web-2", "twice": "500", "level": "ERROR"}
    ]
    assert orders.rows(f"fields server, latency {one} | display level") == [{"level": "ERROR"}]
    assert orders.rows(f"fields abs(0-severity) as AbsoluteValue, concat(server, ':', level) {one}") == [
        {"AbsoluteValue": "3", "concat(server, ':', level)": "web-2:ERROR"}
    ]


def test_comments_and_lines_are_free(orders: Insights) -> None:
    query = "# all errors\nfields server # where\n\n  | filter level = 'ERROR'   # a # in text: \n | LIMIT 5"
    assert orders.rows(query) == [{"server": "web-2"}]


def test_parse_takes_globs_and_leaves_what_does_not_fit(orders: Insights) -> None:
    query = 'parse @message "user=*, method:*, latency := *" as @user,\n @method, @latency'
    assert orders.rows(f"{query} | stats avg(@latency) by @method, @user | filter ispresent(@user)") == [
        {"@method": "GET", "@user": "bob", "avg(@latency)": "35"}
    ]
    rows = orders.rows(f"fields server | {query} | sort @timestamp asc")
    assert rows[0] == {"server": "web-1"}
    assert rows[3] == {"@user": "bob", "@method": "GET", "@latency": "35\n"}


def test_names_after_a_regular_expression_are_those_of_its_groups_in_order(orders: Insights) -> None:
    for groups in (r"(\w+), method:(\w+)", r"(?<who>\w+), method:(?<verb>\w+)", r"(\w+), (?:method):(?<x>\w+)"):
        query = f"parse @message /user={groups}/ as who, verb | filter ispresent(who) | display who, verb"
        assert orders.rows(query) == [{"who": "bob", "verb": "GET"}]


def test_a_name_of_the_query_may_be_used_renamed_and_displayed(orders: Insights) -> None:
    """Only ``fields`` and the names that ``stats`` gives must not name it again."""
    parsed = 'parse "user=*, method:*," as who, verb | filter ispresent(who)'
    assert orders.rows(f"{parsed} | fields who as user, toupper(verb) as method | display who, user, method") == [
        {"who": "bob", "user": "bob", "method": "GET"}
    ]
    assert orders.rows(f"{parsed} | stats latest(verb) as last by who") == [{"who": "bob", "last": "GET"}]
    assert orders.rows("stats count(*) as n by level | filter level = 'INFO' | fields n") == [
        {"level": "INFO", "n": "2"}
    ]


def test_parse_takes_named_groups(orders: Insights) -> None:
    query = (
        r"parse @message /user=(?<who>\w+), (method|verb):(?<verb>[A-Z]+)/ | filter verb = 'GET' | display who, verb"
    )
    assert orders.rows(query) == [{"who": "bob", "verb": "GET"}]
    chained = 'parse "user=*, *" as who, rest | parse rest "method:*," as verb | filter ispresent(verb) | display verb'
    assert orders.rows(chained) == [{"verb": "GET"}]


def test_stats_count_and_measure(orders: Insights) -> None:
    [row] = orders.rows(
        "stats count(*), count(level) as levels, count_distinct(server), sum(latency), avg(latency), min(latency), max(latency), median(latency), "
        "pct(latency, 50) as p50, percentile(latency, 100) as p100, stddev(severity), earliest(server), latest(level), sortsFirst(server), sortsLast(server)"
    )
    assert row == {
        "count(*)": "5",
        "levels": "3",
        "count_distinct(server)": "2",
        "sum(latency)": "269.5",
        "avg(latency)": "89.8333",
        "min(latency)": "7",
        "max(latency)": "250",
        "median(latency)": "12.5",
        "p50": "12.5",
        "p100": "250",
        "stddev(severity)": "1",
        "earliest(server)": "web-1",
        "latest(level)": "INFO",
        "sortsFirst(server)": "web-1",
        "sortsLast(server)": "web-2",
    }


def test_stats_group_by_fields_expressions_and_time(orders: Insights) -> None:
    rows = orders.rows("filter ispresent(level) | stats count(*) as n by bin(2m) as t, level | sort t, level")
    assert rows == [
        {"t": stamp(orders.now), "level": "ERROR", "n": "1"},
        {"t": stamp(orders.now), "level": "INFO", "n": "1"},
        {"t": stamp(orders.now + 120_000), "level": "INFO", "n": "1"},
    ]
    rows = orders.rows("stats count(*) by latency > 10 as slow | sort slow")
    assert rows == [{"slow": "0", "count(*)": "3"}, {"slow": "1", "count(*)": "2"}]
    assert orders.rows(
        "filter @message like /Exception/ | stats count(*) as exceptionCount by bin(1h) | sort exceptionCount desc"
    ) == [{"bin(1h)": stamp(orders.now), "exceptionCount": "1"}]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("300s", "60s"), ("2000ms", "1s"), ("90m", "1h"), ("48h", "1d")],
)
def test_a_period_is_cut_where_cloudwatch_logs_cuts_it(orders: Insights, written: str, meant: str) -> None:
    """As its guide warns: ``bin(300s)`` has 60 seconds."""
    counted = orders.rows(f"stats count(*) as n by bin({written}) as t | sort t | display t, n")
    assert counted == orders.rows(f"stats count(*) as n by bin({meant}) as t | sort t | display t, n")
    for function in ("datefloor", "dateceil"):
        cut, whole = (
            orders.values(f"fields {function}(@timestamp, {one}) as t | sort @timestamp", "t")
            for one in (written, meant)
        )
        assert cut == whole


def test_an_aggregate_may_use_those_before_it(orders: Insights) -> None:
    query = "stats max(latency) as high, min(latency) as low, high - low as spread, sum(latency)/count(latency) as mean"
    assert orders.rows(query) == [{"high": "250", "low": "7", "spread": "243", "mean": "89.8333"}]


def test_a_second_stats_works_on_the_first(orders: Insights) -> None:
    query = "stats count(*) as n by server, level | filter ispresent(server) | stats sum(n) as events, count(*) as groups, max(n)"
    found = orders.answer(query)
    assert [one["value"] for one in found["results"][0]] == ["3", "2", "2"]
    assert orders.rows(
        "stats sum(latency) as total by server | sort total desc | limit 1 | display server, total / 2 as half"
    ) == [{"server": "web-2", "half": "125"}]


def test_a_column_of_stats_can_be_sorted_by_its_text(orders: Insights) -> None:
    assert orders.values("filter ispresent(server) | stats count(*) by server | sort count(*) desc", "server") == [
        "web-1",
        "web-2",
    ]
    assert orders.values("filter ispresent(server) | stats count(*) by server | sort `count(*)` asc", "server") == [
        "web-2",
        "web-1",
    ]


def test_sort_may_be_followed_by_by_as_in_the_consoles_example_of_the_most_expensive_requests(orders: Insights) -> None:
    query = "filter ispresent(server) | fields server, latency | sort {}latency desc | display latency"
    assert orders.values(query.format("by "), "latency") == orders.values(query.format(""), "latency") != []


def test_sorting_is_awss_natural_one(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    values = [
        "!:",
        "#",
        "*%04",
        "0#",
        "5A",
        "111A",
        "2345_",
        "@",
        "@_",
        "A",
        "A9876fghj",
        "a12345hfh",
        "0",
        "1",
        "2",
        "3",
    ]
    insights.put(*({"v": value} for value in reversed(values)), {"w": 1})
    assert insights.values("fields v | sort v asc", "v") == [*values, None]
    assert insights.values("fields v | sort v desc", "v") == [*reversed(values), None]


def test_limit_and_dedup_keep_the_first_of_the_order(orders: Insights) -> None:
    assert orders.values("fields severity | sort severity desc | limit 2", "severity") == ["3", "2"]
    assert orders.values(
        "fields @timestamp, server, severity | filter ispresent(server) | dedup server", "severity"
    ) == ["2", "3"]
    query = (
        "fields @timestamp, server, severity | filter ispresent(server) | sort @timestamp asc | dedup server | limit 1"
    )
    assert orders.values(query, "severity") == ["1"]
    assert len(orders.rows("fields server | dedup server")) == 4


FUNCTIONS = (
    ("abs(-3.5)", "3.5"),
    ("ceil(latency)", "13"),
    ("floor(latency)", "12"),
    ("greatest(1, severity, 7)", "7"),
    ("least(1, severity, 7)", "1"),
    ("log(1)", "0"),
    ("log(0)", None),
    ("sqrt(16)", "4"),
    ("sqrt(-1)", None),
    ("1 / 3", "0.3333"),
    ("severity / 0", None),
    ("2 ^ 3 ^ 2", "512"),
    ("-2 + 3 * 4", "10"),
    ("10 % 3", "1"),
    ("server + 1", None),
    ('strlen("São")', "3"),
    ('trim("  x ")', "x"),
    ('trim("xyZfooxyZ", "xyZ")', "foo"),
    ('ltrim("xyZfooxyZ","xyZ")', "fooxyZ"),
    ('rtrim("xyZfooxyZ","xyZ")', "xyZfoo"),
    ('substr("xyZfooxyZ", 3, 3)', "foo"),
    ('substr("xyZfooxyZ", 6)', "xyZ"),
    ('replace("foo", "o", "0")', "f00"),
    ("toupper(server)", "WEB-1"),
    ('tolower("ABC")', "abc"),
    ('strcontains("abc", "b")', "1"),
    ('isblank("  ")', "1"),
    ("isempty(nowhere)", "1"),
    ("coalesce(nowhere, customer.id, server)", "c1"),
    ("coalesce(nowhere, latency)", "12.5"),
    ('if(latency > 10, "slow", "fast")', "slow"),
    ('case(severity = 3, "high", severity = 2, "middle", "low")', "low"),
    ('case(severity = 3, "high")', None),
    ("toMillis(fromMillis(1500000000123))", "1500000000123"),
    ("fromMillis(1500000000123)", "2017-07-14 02:40:00.123"),
    ("datefloor(fromMillis(1500000000123), 1h)", "2017-07-14 02:00:00.000"),
    ("dateceil(fromMillis(1500000000123), 1h)", "2017-07-14 03:00:00.000"),
    ("dateceil(fromMillis(1500000400000), 1mo)", "2017-08-01 00:00:00.000"),
    ("datefloor(fromMillis(1500000000123), 1 quarter)", "2017-07-01 00:00:00.000"),
    ("datefloor(fromMillis(1500000000123), 2days)", "2017-07-13 00:00:00.000"),
    ("datefloor(fromMillis(1500000000123), 1w)", "2017-07-10 00:00:00.000"),
    ('isValidIp("10.0.0.1")', "1"),
    ('isValidIpV6("10.0.0.1")', "0"),
    ('isValidIpV6("2001:db8::1")', "1"),
    ('isIpv4InSubnet("10.1.2.3", "10.0.0.0/8")', "1"),
    ('isIpInSubnet("2001:db8::1", "2001:db8::/32")', "1"),
    ('isIpv4InSubnet(nowhere, "10.0.0.0/8")', "0"),
    ("round(latency)", "13"),
    ("round(2.567, 2)", "2.57"),
    ("round(1234, -2)", "1200"),
    ('round("few")', None),
    ('toNumber("7") + 1', "8"),
    ('toDouble("7.25")', "7.25"),
    ('toInt("7.9")', "7"),
    ('toInt("3000000000")', None),
    ('toLong("3000000000.5")', "3000000000"),
    ('isNumeric("1e3")', "1"),
    ("isNumeric(server)", "0"),
    ("isNumeric(nowhere)", "0"),
    ('messageSize("São")', "4"),
    ('strcontains("ABC", "b")', "0"),
    ('strcontains("ABC", "b", true)', "1"),
    ('strcontains("ABC", "b", false)', "0"),
    ('startsWith(server, "web")', "1"),
    ('startsWith(nowhere, "web")', "0"),
    ('endsWith(server, "-1")', "1"),
    ('md5("abc")', "900150983cd24fb0d6963f7d28e17f72"),
    ('sha256("abc")', "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ('jsonArraySize("[1, [2], 3]")', "3"),
    ('jsonArraySize("{}")', None),
    ('jsonArraySize("[")', None),
    ('jsonArrayContains("[1, true]", "1")', "1"),
    ('jsonArrayContains("[1]", "2")', "0"),
    ('jsonArrayContains("no", "no")', "0"),
    ('jsonParse("7")', None),
)


def test_functions_give_awss_values(orders: Insights) -> None:
    items = ", ".join(f"{expression} as a{number}" for number, (expression, _) in enumerate(FUNCTIONS))
    [row] = orders.rows(f'fields {items} | filter customer.id = "c1"')
    assert [(expression, row.get(f"a{number}")) for number, (expression, _) in enumerate(FUNCTIONS)] == list(FUNCTIONS)


def test_now_is_the_clouds_own_time(orders: Insights) -> None:
    [answer] = orders.values("fields now() as answer | limit 1", "answer")
    assert 0 <= int(answer or 0) - orders.cloud_now // 1000 < 600


def test_maps_and_lists_are_shown_and_count_as_nothing_for_functions_and_comparisons(orders: Insights) -> None:
    base = "fields jsonParse(@message) as j | filter ispresent(j.items)"
    shown = "display jsonStringify(j.items) as text, j.items as list, coalesce(j.items, 1) as first"
    as_text = '[{"sku":"a"},{"sku":"b"}]'
    assert orders.rows(f"{base} | {shown}") == [{"text": as_text, "list": as_text, "first": as_text}]
    functions = "toupper(j) as a, strlen(j.items) as b, j + 1 as c, concat('-', j) as d, strcontains(j, 'sku') as e"
    assert orders.rows(f"{base} | display {functions}") == [{"d": "-", "e": "0"}]
    for condition in ("j = 1", "j > 0", "j < 'z'", "j like 'sku'", f"j.items = '{as_text}'"):
        assert orders.rows(f"{base} | filter {condition}") == []
    assert orders.rows(f"{base} | display jsonArraySize(j.items) as n, jsonArraySize(j) as m") == [{"n": "2"}]


def test_json_can_be_parsed_unfolded_and_taken_apart(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    insights.put(
        {"events": [{"name": "exception"}, {"name": "user action"}], "inner": '{"deep": [1, {"x": "y"}]}'}, "text"
    )
    query = "fields jsonParse(@message) as json_message | unnest json_message.events into event | display event.name"
    assert sorted(value or "" for value in insights.values(query, "event.name")) == ["", "exception", "user action"]
    query = "fields jsonParse(inner) as j | filter ispresent(inner) | display j.deep[0], j.deep[1].x, j.deep.1, jsonStringify(j) as all"
    assert insights.rows(query) == [
        {"j.deep.0": "1", "j.deep.1.x": "y", "j.deep.1": '{"x":"y"}', "all": '{"deep": [1, {"x": "y"}]}'}
    ]


def test_lambdas_lines_have_their_fields(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    application = (
        f'[INFO]\t2026-11-26T12:00:00.000Z\t{REQUEST_ID}\tpaid {{"order": {{"id": "o1"}}, "total": 12}} in full\n'
    )
    insights.put(
        f"START RequestId: {REQUEST_ID} Version: $LATEST\n", application, f"END RequestId: {REQUEST_ID}\n", REPORT
    )
    found = insights.rows(
        "fields @type, @requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed, @initDuration, @xrayTraceId, @xraySegmentId, order.id, total | sort @timestamp asc"
    )
    assert found[0] == {"@type": "START", "@requestId": REQUEST_ID}
    assert found[1] == {"@requestId": REQUEST_ID, "order.id": "o1", "total": "12"}
    assert found[2] == {"@type": "END", "@requestId": REQUEST_ID}
    assert found[3] == {
        "@type": "REPORT",
        "@requestId": REQUEST_ID,
        "@duration": "120.5",
        "@billedDuration": "121",
        "@memorySize": "5.12E8",
        "@maxMemoryUsed": "6.4E7",
        "@initDuration": "210.25",
        "@xrayTraceId": "1-5e2c9f4a-0c1d2e3f4a5b6c7d8e9f0a1b",
        "@xraySegmentId": "4f3a2b1c0d9e8f7a",
    }
    query = (
        'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB, min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB, '
        "avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB, max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB, "
        "provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB"
    )
    assert insights.rows(query) == [
        {
            "provisonedMemoryMB": "512",
            "smallestMemoryRequestMB": "64",
            "avgMemoryUsedMB": "64",
            "maxMemoryUsedMB": "64",
            "overProvisionedMB": "448",
        }
    ]
    latency = 'filter @type = "REPORT" | stats avg(@duration), max(@duration), min(@duration) by bin(5m)'
    assert insights.rows(latency) == [
        {
            "bin(5m)": stamp(insights.now),
            "avg(@duration)": "120.5",
            "max(@duration)": "120.5",
            "min(@duration)": "120.5",
        }
    ]


def test_lambdas_json_system_logs_have_the_same_fields(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    metrics = {
        "durationMs": 3.2,
        "billedDurationMs": 4,
        "memorySizeMB": 128,
        "maxMemoryUsedMB": 40,
        "initDurationMs": 90.1,
    }
    insights.put(
        {"time": "2026-11-26T12:00:00.000Z", "type": "platform.start", "record": {"requestId": REQUEST_ID}},
        {"type": "platform.report", "record": {"requestId": REQUEST_ID, "metrics": metrics, "status": "success"}},
    )
    assert insights.rows("fields @type, @requestId, @duration, @memorySize, record.status | sort @timestamp asc") == [
        {"@type": "START", "@requestId": REQUEST_ID},
        {
            "@type": "REPORT",
            "@requestId": REQUEST_ID,
            "@duration": "3.2",
            "@memorySize": "1.28E8",
            "record.status": "success",
        },
    ]


def test_other_groups_have_no_fields_of_lambda_and_json_only_as_a_whole(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account, "/loja/pedidos")
    insights.aws.create_log_stream(logGroupName="/loja/pedidos", logStreamName="web")
    events = [
        (insights.now, f"START RequestId: {REQUEST_ID} Version: 1"),
        (insights.now + 1, 'paid {"total": 12}'),
        (insights.now + 2, '{"total": 13}\n'),
    ]
    insights.aws.put_log_events(
        logGroupName="/loja/pedidos",
        logStreamName="web",
        logEvents=[{"timestamp": at, "message": text} for at, text in events],
    )
    assert insights.rows("fields @requestId, total | sort @timestamp asc") == [{}, {}, {"total": "13"}]


def test_broken_json_and_strange_text_do_no_harm(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    insights.put(
        '{"a": 1',
        '{"a": 1}}',
        "{",
        "[1, 2",
        "null",
        "5",
        '"a"',
        '{"a": "\\ud800"}',
        "'; DROP TABLE events; --",
        {"a/b": {"c~d": 7}, "é": 1, "@id": 5},
    )
    rows = insights.rows("fields a, `a/b`.`c~d`, é, @@id | sort @timestamp desc | limit 1")
    assert rows == [{"a/b.c~d": "7", "é": "1", "@@id": "5"}]
    assert len(insights.rows("fields a")) == 10


def test_a_field_in_the_middle_of_a_path_may_have_a_dot(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    insights.put({"http.status": 200})
    assert insights.rows("fields http.status, `http.status` as s") == [{"http.status": "200", "s": "200"}]


@pytest.mark.parametrize("name", ["user.id", "labels.app.io/name", "a.b.c.d.e.f.g.h.i.j.k.l"])
def test_backticks_may_stand_around_a_whole_path(cloud: CloudProcess, account: str, name: str) -> None:
    insights = Insights(cloud, account)
    labels = {"app.io/name": "found"}
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j.k.l": "found"}}}}}}}}}}
    insights.put({"user": {"id": "found"}, "labels": labels, **deep})
    assert insights.rows(f'filter `{name}` = "found" | fields `{name}` as it') == [{"it": "found"}]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred  desc | limit 15",
            [("10.0.0.2", "10.0.0.9", "30"), ("10.0.0.1", "10.0.0.9", "5")],
        ),
        (
            'filter isIpv4InSubnet(srcAddr, "10.0.0.2/32") | stats sum(bytes) as bytesTransferred by dstAddr | sort bytesTransferred desc | limit 15',
            [("10.0.0.9", "300")],
        ),
        ("filter protocol=17 | stats count(*) by srcAddr", [("10.0.0.2", "2")]),
        ('filter logStatus="SKIPDATA" | stats count(*) by bin(1h) as t | sort t', [("HOUR", "1")]),
        ("stats count(*) by queryType, bin(1h)", [("A", "HOUR", "2"), ("AAAA", "HOUR", "1")]),
        ("stats count(*) as numRequests by resolverIp | sort numRequests desc | limit 10", [("3",)]),
        ('filter responseCode="SERVFAIL" | stats count(*) by queryName', []),
        ("stats count(*) by eventSource, eventName, awsRegion | limit 1", [("3",)]),
        ('filter (eventName="StartInstances" or eventName="StopInstances") and awsRegion="us-east-2"', []),
        ('filter eventName="CreateUser" | fields awsRegion, requestParameters.userName, responseElements.user.arn', []),
        ("fields f1, f2, f3 | filter f1 =~ /^(?i)Exception$/", []),
        ("fields srcAddr | filter packets > 15", [("10.0.0.2",)]),
        ('fields srcAddr | filter tlsDetails.tlsVersion in [ "TLSv1", "TLSv1.1" ] | limit 5', []),
        ("stats count_distinct(srcAddr) as UniqueVisits", [("2",)]),
        ("stats count(*) as logs by srcAddr | stats max(logs) as peak, min(logs) as low", [("2", "1")]),
    ],
)
def test_queries_of_the_documentation_run(cloud: CloudProcess, account: str, query: str, rows: list[Any]) -> None:
    insights = Insights(cloud, account)
    flow = {"dstAddr": "10.0.0.9", "logStatus": "OK"}
    insights.put(
        {**flow, "srcAddr": "10.0.0.1", "packets": 5, "bytes": 50, "protocol": 6, "queryType": "A"},
        {**flow, "srcAddr": "10.0.0.2", "packets": 10, "bytes": 100, "protocol": 17, "queryType": "A"},
        {
            **flow,
            "srcAddr": "10.0.0.2",
            "packets": 20,
            "bytes": 200,
            "protocol": 17,
            "queryType": "AAAA",
            "logStatus": "SKIPDATA",
        },
    )
    expected = [tuple(stamp(insights.now) if value == "HOUR" else value for value in row) for row in rows]
    assert [tuple(row.values()) for row in insights.rows(query)] == expected
