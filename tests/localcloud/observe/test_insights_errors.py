"""Queries that are wrong: each is refused when it is started, with AWS's error and words that point at the place."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.observe.insights_help import Insights

COMMANDS = '"dedup", "display", "fields", "filter", "head", "limit", "parse", "sort", "stats", "unnest" or "where"'
OPERANDS = '"(", "-", "not", a field or function, a number, a period such as 5m or a text in quotes'


def many_stats(count: int) -> str:
    """A query with so many ``stats``, each on the one before it."""
    return " | ".join(["stats count(*) as a0", *(f"stats max(a{one - 1}) as a{one}" for one in range(1, count))])


WRONG = [
    ("", 0, 0, f"unexpected symbol found the end of the query at line 1 and position 1: expected {COMMANDS}"),
    (
        "# only words",
        12,
        12,
        f"unexpected symbol found the end of the query at line 1 and position 13: expected {COMMANDS}",
    ),
    ("count(*)", 0, 5, f"unexpected symbol found count at line 1 and position 1: expected {COMMANDS}"),
    ("fields a\n| | sort a", 11, 12, f"unexpected symbol found | at line 2 and position 3: expected {COMMANDS}"),
    (
        "fields a |",
        10,
        10,
        f"unexpected symbol found the end of the query at line 1 and position 11: expected {COMMANDS}",
    ),
    (
        "filter a b",
        9,
        10,
        'unexpected symbol found b at line 1 and position 10: expected "(", "|", an operator or the end of the query',
    ),
    ("filter a like b", 14, 15, "expected a regular expression between slashes or a text in quotes"),
    ("filter a == 1", 10, 11, "unexpected symbol found = at line 1 and position 11"),
    ("filter a in (1, 2)", 12, 13, 'expected "["'),
    ("filter (a = 1", 13, 13, 'expected ")"'),
    ("sort a,", 7, 7, f"expected {OPERANDS}"),
    ("stats count(*) by", 17, 17, f"expected {OPERANDS}"),
    ("stats avg(a) as", 15, 15, "expected a field or function"),
    ('fields "abc', 7, 8, 'the text that begins at line 1 and position 8 has no closing "'),
    ("fields a[", 8, 9, "unexpected symbol found [ at line 1 and position 9"),
    ("fields a ~ b", 9, 10, "unexpected symbol found ~ at line 1 and position 10"),
    ("limit", 5, 5, "expected a number"),
    ("limit 0", 6, 7, "limit must be a whole number between 1 and 100000, not 0"),
    ("limit 2.5", 6, 9, "limit must be a whole number between 1 and 100000, not 2.5"),
    ("limit 100001", 6, 12, "limit must be a whole number between 1 and 100000, not 100001"),
    ("limit 10 20", 9, 11, 'expected "|" or the end of the query'),
    ("stats count(*) by bin(5x)", 22, 23, "unexpected symbol found 5 at line 1 and position 23"),
    ("stats count(*) by bin(5)", 22, 23, "bin needs a period here, such as 5m or 1h (at line 1 and position 23)"),
    ("stats count(*) by bin(@timestamp, 5m)", 18, 37, "bin takes 1 argument, not 2"),
    ("fields 5m", 7, 9, "a period is for bin, datefloor and dateceil only"),
    ("fields strlenn(a)", 7, 14, "unknown function strlenn: did you mean strlen?"),
    ("fields strlen()", 7, 15, "strlen takes 1 argument, not 0"),
    ("fields strlen(*)", 7, 16, "only count takes *, not strlen"),
    ("fields count(*)", 7, 15, "count is an aggregate function: it works in the stats command only"),
    ("filter max(a) > 1", 7, 13, "max is an aggregate function"),
    ("filter a", 7, 8, "a condition is needed here, such as a comparison, like, in, or ispresent(...)"),
    ("stats a by b", 6, 7, "a has to be inside an aggregate function such as max(a), or come after by"),
    ("stats abs(1)", 6, 12, "stats needs an aggregate function here, such as count(*)"),
    ("stats sum(count(a))", 10, 18, "count is an aggregate function"),
    ("stats pct(a, b)", 13, 14, "the second argument of pct is a number from 0 to 100"),
    ("stats pct(a, 101)", 13, 16, "the second argument of pct is a number from 0 to 100"),
    ("stats count(*), count(*)", 16, 24, "the name count(*) is there twice in stats"),
    ("stats count(*) as n by a | filter b > 1", 34, 35, "Unknown symbols found in or after stats: b"),
    (
        "stats count(*) as n | stats max(n) by bin(1h)",
        38,
        45,
        "Unknown symbols found in or after stats: @timestamp, which bin needs and the stats command before does not hand on",
    ),
    (
        "sort a | stats count(*) as n by a | stats max(n)",
        0,
        6,
        "in a query with several stats commands, sort and limit come after the last of them (at line 1 and position 1)",
    ),
    ("stats count(*) as n by a | limit 3 | stats max(n)", 27, 34, "sort and limit come after the last of them"),
    (many_stats(11), 221, 241, "a query has at most 10 stats commands"),
    (
        "fields a as x | fields b as x",
        23,
        24,
        "Ephemeral field is already defined: x ([23,24]) (at line 1 and position 24)",
    ),
    ("fields a as x | fields b, x", 26, 27, "Ephemeral field is already defined: x ([26,27])"),
    ('parse "a*" as x | fields @timestamp, x', 37, 38, "Ephemeral field is already defined: x ([37,38])"),
    ('parse "a*" as x | stats avg(x) as x', 24, 30, "Ephemeral field is already defined: x ([24,30])"),
    ('parse "a*" as t | stats count(*) by bin(1h) as t', 36, 43, "Ephemeral field is already defined: t"),
    ("stats count(*) as n | stats max(n) as n", 28, 34, "Ephemeral field is already defined: n"),
    (
        'fields a, b | fields if(a > 1, a, "-") as a | stats count(*) by a',
        64,
        65,
        "Unknown symbols found in or after stats: a",
    ),
    ("fields a as @message", 7, 8, "@message is a field of CloudWatch Logs: choose another name"),
    ("dedup a | sort b", 10, 16, "only limit may come after dedup"),
    ('parse @message "a*b*" as x', 15, 21, "the glob has 2 wildcards (*) and 1 names after as: give one name to each"),
    ("parse @message /a(b)/", 15, 21, "parse needs at least one named group, such as (?<name>...)"),
    (
        "parse @message /a(b)(c)/ as x",
        15,
        24,
        "the regular expression has 2 groups and 1 names after as: give one name to each",
    ),
    ("parse @message *", 15, 16, "expected a regular expression between slashes or a text in quotes"),
    ("filter a like /(/", 14, 17, "invalid regular expression: missing )"),
    (
        "filter a like /x(?=y)/",
        14,
        22,
        "this local cloud's regular expressions have no look-ahead: they are those of RE2",
    ),
    ("filter a like /(?<!y)x/", 14, 23, "have no look-behind"),
    (r"filter a like /(x)\1/", 14, 21, "have no references to earlier groups"),
    ("filter a like /x++/", 14, 19, "have no possessive quantifiers"),
    ("fields @ptr + 1", 7, 11, "@ptr comes with every result; expressions cannot use it"),
    *(
        (
            f"fields a | {name} x",
            11,
            11 + len(name),
            f"the command {name} ({feature}) is not available in this local cloud",
        )
        for name, feature in {
            "accum": "running sums",
            "addtotals": "totals of rows and columns",
            "appendcols": "columns of another query",
            "autoregress": "values of earlier rows",
            "cidrlookup": "lookup tables",
            "countFrequent": "approximate counts",
            "expand": "rows from lists",
            "filldown": "filling gaps",
            "fillmissing": "filling gaps",
            "json": "extraction from parsed fields",
            "logcompare": "comparing with an earlier time range",
            "outlier": "outlier detection",
            "relevantfields": "analysis of fields",
            "sessionize": "sessions",
            "pattern": "pattern analysis",
            "diff": "comparing with an earlier time range",
            "anomaly": "anomaly detection",
            "filterIndex": "field indexes",
            "unmask": "data protection",
            "join": "joining log groups",
            "lookup": "lookup tables",
            "SOURCE": "choosing log groups in the query",
            "tail": "the former tail command",
        }.items()
    ),
    ("limit any 5", 6, 9, "limit any (stopping early) is not available in this local cloud"),
    ("fields a | parse @message logfmt as x", 26, 32, "parse logfmt is not available in this local cloud"),
    ("parse csv as a, b", 10, 12, "expected a regular expression between slashes or a text in quotes"),
    ("parse @message csv as a, b", 15, 18, "parse csv is not available in this local cloud"),
    ("parse @message /a(b)/ as x multi", 27, 32, "parse multi (a row for each match) is not available"),
    ("stats count(*) by bin(1h) offset 1d", 26, 32, "stats offset (shifted bins) is not available"),
    (
        "fields unmask(@message)",
        7,
        13,
        "the function unmask (data protection) is not available in this local cloud",
    ),
    ("stats values(a)", 6, 12, "the function values (lists of values) is not available in this local cloud"),
    ('fields FORMATDATE(@timestamp, "%Y")', 7, 17, "the function formatDate (dates in other forms) is not available"),
    (f"fields case({', '.join(['a = 1, 2'] * 11)})", 7, 121, "case takes 2 to 21 arguments, not 22"),
]


@pytest.fixture
def insights(cloud: CloudProcess, account: str) -> Insights:
    return Insights(cloud, account)


def refused(insights: Insights, query: str, **options: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        insights.start(query, **options)
    return dict(caught.value.response)


def test_each_wrong_query_is_refused_with_its_place(insights: Insights) -> None:
    said = {query: refused(insights, query) for query, *_ in WRONG}
    for query, start, end, words in WRONG:
        answer = said[query]
        assert answer["Error"]["Code"] == "MalformedQueryException", query
        assert answer["queryCompileError"]["location"] == {"startCharOffset": start, "endCharOffset": end}, query
        assert words in answer["Error"]["Message"] == answer["queryCompileError"]["message"], query
        assert "position" in answer["Error"]["Message"], query


def test_a_query_that_chooses_its_log_groups_itself_is_refused_by_that_name(insights: Insights) -> None:
    """On AWS such a query needs no log groups in its request."""
    times = {"startTime": insights.now // 1000, "endTime": insights.cloud_now // 1000}
    for query in ('SOURCE logGroups(namePrefix: ["/aws"]) | fields @message', "  source logGroups()"):
        with pytest.raises(ClientError, match=r"the command (?i:source) \(choosing log groups in the query\)"):
            insights.aws.start_query(queryString=query, **times)
    with pytest.raises(ClientError, match="Exactly one of logGroupName"):
        insights.aws.start_query(queryString="fields source", **times)


def test_ten_stats_are_the_most_and_two_on_infrequent_access(cloud: CloudProcess, account: str) -> None:
    insights = Insights(cloud, account)
    insights.put("a", "b")
    insights.aws.create_log_group(logGroupName="rare", logGroupClass="INFREQUENT_ACCESS")
    assert insights.rows(many_stats(10)) == [{"a9": "2"}]
    three = many_stats(3)
    for names in (["rare"], [insights.group, "rare"]):
        error = refused(insights, three, logGroupNames=names)["Error"]
        assert "a query on log groups of Infrequent Access has at most 2 stats commands" in error["Message"]


def test_deep_nesting_is_refused_not_fatal(insights: Insights) -> None:
    for query in (
        "filter " + "(" * 4_000 + "a=1" + ")" * 4_000,
        "filter " + " or ".join(["a=1"] * 1_400),
        "filter " + "not " * 2_400 + "a=1",
    ):
        assert refused(insights, query)["Error"]["Code"] == "MalformedQueryException"
    assert insights.rows("filter " + "(" * 100 + "a=1" + ")" * 100) == []


def test_a_query_of_more_than_ten_thousand_characters_is_refused(insights: Insights) -> None:
    assert refused(insights, "fields a # " + "x" * 10_000)["Error"]["Code"] == "InvalidParameterException"
