"""Lab 13 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    'logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/loja-")': '[logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/loja-")]',
    '{name: order[name] for name in ("order", "partner", "total")}': '{name: order[name] for name in order if name != "card"}',
    '"metricValue": "$.payment.total"': '"metricValue": "1"',
    "filter ispresent(took_ms)\n": "filter ispresent(partner)\n",
    'envelope["logEvents"] if envelope["messageType"] == "DATA_MESSAGE" else []': 'envelope["logEvents"]',
    'SourceArn=found[0]["arn"])': 'SourceAccount=found[0]["arn"].split(":")[4])',
}
OVERSIGHTS = {
    'put_retention_policy(logGroupName="loja-access", retentionInDays=90)': "describe_log_groups()",
    '{"why": type(refusal).__name__}': '{"why": str(refusal)}',
    " && $.payment.test IS FALSE": "",
    "| sort p95 desc\n| limit 3": "| sort calls desc",
    "logGroupNames=groups)": "logGroupNames=groups[1:])",
    "for line in lines:": "for line in lines[:1]:",
}
TOO_NARROW = {"$.payment.order = * }": '$.payment.status = "refused" }'}
OLD_HABITS = {
    "import bank\n": 'import bank\n\nlogging.getLogger().setLevel("INFO")\n',
    'LoggingConfig={"LogFormat": "JSON"}': 'LoggingConfig={"LogFormat": "Text"}',
    "filterPattern='{ $.level = \"ERROR\" && $.payment.order = * }'": 'filterPattern="ERROR"',
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {"two_weeks", "expires", "no_secrets", "adds_up", "only_real", "by_partner", "control", "permitted"},
        ),
        (
            OVERSIGHTS,
            {"the_others", "refused", "no_secrets", "only_real", "worst_first", "for_both_groups", "each_line"},
        ),
        (OLD_HABITS, {"accepted", "refused", "no_secrets", "each_line"}),
        (TOO_NARROW, {"each_line"}),
    ],
    ids=["short cuts", "oversights", "old habits", "too narrow"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("13-what-on-call-reads", changes, tmp_path) == lost
