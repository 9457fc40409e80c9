"""Solution regions: the learner's side and the solution's side of one cell."""

from __future__ import annotations

import pytest

from helpers.authoring.solutions import RegionError, defects, solved, unsolved

TWO_REGIONS = """\
%%writefile work/track.py
import boto3

# BEGIN SOLUTION
table = boto3.resource("dynamodb").Table("orders")
# END SOLUTION


def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB key = {"id": event["id"]}
    # STUB raise NotImplementedError("track one order")
    key = {"id": event["id"]}
    return table.get_item(Key=key)["Item"]
    # END SOLUTION
"""


def test_stub_lines_are_all_that_a_learner_gets_of_a_stubbed_cell() -> None:
    assert unsolved(TWO_REGIONS, "Track").splitlines() == [
        "%%writefile work/track.py",
        "import boto3",
        "",
        "",
        "def lambda_handler(event, context):",
        '    key = {"id": event["id"]}',
        '    raise NotImplementedError("track one order")',
    ]


def test_a_solution_keeps_everything_but_marks_and_stubs() -> None:
    shown = solved(TWO_REGIONS)
    assert "table.get_item" in shown
    assert not any(mark in shown for mark in ("STUB", "SOLUTION", "NotImplementedError"))


def test_a_region_without_stubs_stops_with_the_title_at_its_own_depth() -> None:
    source = "def total(orders):\n    # BEGIN SOLUTION\n    return sum(orders)\n    # END SOLUTION"
    assert (
        unsolved(source, 'Add "all" up')
        == "def total(orders):\n    raise NotImplementedError(\"Add 'all' up: write your answer in this cell\")"
    )


@pytest.mark.parametrize(
    "source",
    ["# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION", "# END SOLUTION", "# BEGIN SOLUTION", "# STUB pass"],
)
def test_unbalanced_regions_are_refused(source: str) -> None:
    with pytest.raises(RegionError):
        solved(source)


@pytest.mark.parametrize("source", [TWO_REGIONS, "# BEGIN SOLUTION\n!aws s3 ls\n%time total = 1\n# END SOLUTION"])
def test_sound_answers_have_no_defects(source: str) -> None:
    assert defects(source, "Track") == []
