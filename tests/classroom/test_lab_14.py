"""Lab 14 against answers that look right: each half solution loses the points of what it forgot, and keeps the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.half_solved import lost_by

SHORT_CUTS = {
    'in_subsegment("processamento")': 'in_segment("processamento")',
    '"function": "warehouse"': '"function": "checkout"',
    '"break"))': '"time.sleep(0.001)"))',
    'sorted(named - {found["Id"]})': "[]",
    'own += max(0, min(child["start_time"], end) - reached)': 'own += min(child["start_time"], end) - reached',
}
OVERSIGHTS = {
    '"value": "true"': '"value": "false"',
    '"kind": "retries", "trace": slowest[1]["Id"]': '"kind": "n+1", "trace": badge',
    '"break"))': '"return 2"))',
    'part.put_annotation("order", order["id"])': 'part.put_metadata("order", order["id"])',
    'children = [child for child, above in pairs if above == piece["id"]]': 'children = piece.get("subsegments", [])',
    ' if not pair[0].get("inferred")': "",
}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        (
            SHORT_CUTS,
            {"processing", "function_named", "gone", "right", "names_linked", "with_overlaps", "across_segments"},
        ),
        (
            OVERSIGHTS,
            {
                "from_the_stage",
                "kind_named",
                "trace_proves",
                "right",
                "annotated",
                "names_trace",
                "names_linked",
                "across_segments",
                "without_inferred",
            },
        ),
    ],
    ids=["short cuts", "oversights"],
)
def test_half_an_answer_loses_its_points_only(changes: dict[str, str], lost: set[str], tmp_path: Path) -> None:
    assert lost_by("14-from-traces-alone", changes, tmp_path) == lost
