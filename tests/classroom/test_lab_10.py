"""Lab 10 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    '"~1orders/POST": (5, 3)': '"~1orders/POST": (5, 30)',
    'partner("bronze", "bola", throttle={"rateLimit": 2, "burstLimit": 5})': 'partner("bronze", "bola")',
    'responseType="THROTTLED"': 'responseType="DEFAULT_4XX"',
    'if refusal.code != 429 or "Retry-After" not in refusal.headers:': "if refusal.code != 429:",
    '"key": "$context.identity.apiKeyId"': '"key": "$context.identity.apiKey"',
}
OVERSIGHTS = {
    'quota={"limit": 10, "period": "DAY"}': 'quota={"limit": 10, "period": "WEEK"}',
    '"daily quota used up"}\'})\ndeployment = gateway.create_deployment(**prod)': '"daily quota used up"}\'})',
    "left.pop(0)": "left.pop()",
    'replace(f"{own}/burstLimit", 1)': 'replace(f"{own}/burstLimit", 20)',
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {"orders_are_limited", "shares", "apart", "closed", "says", "stops", "log_names"},
        ),
        (OVERSIGHTS, {"ten_a_day", "says", "patient", "stops", "orders_slowly"}),
    ],
    ids=["short cuts", "oversights"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("10-limits-that-hold", changes, tmp_path) == lost
