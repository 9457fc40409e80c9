"""Every lesson's own real-AWS cells, run as they stand against a second local server: they work, tag, and leave nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.authoring.execute import execute
from tests.conftest import REPOSITORY, CloudProcess, cloud_process

LESSONS = sorted((REPOSITORY / "notebooks" / "en").glob("[0-9]*.ipynb"))
ACCOUNT = "444455556666"


def text_of(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")


def what_is_left(cloud: CloudProcess) -> dict[str, list[str]]:
    def client(service: str) -> Any:
        return cloud.client(service, ACCOUNT)

    return {
        "functions": [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]],
        "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        "tables": client("dynamodb").list_tables()["TableNames"],
        "log groups": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
    }


def test_there_are_lessons_to_look_at() -> None:
    assert [path.name[:2] for path in LESSONS][:3] == ["00", "01", "02"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_real_aws_cells_run_on_another_server_and_clean_up(
    lesson: Path, cloud: CloudProcess, tmp_path: Path
) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    with cloud_process(COURSE_DATA=str(tmp_path / "other")) as other:
        environment = {
            **os.environ,
            "COURSE_CLOUD": cloud.endpoint_url,
            "COURSE_TARGET": "endpoint",
            "COURSE_ENDPOINT_URL": other.endpoint_url,
            "COURSE_DATA": str(tmp_path / "learner"),
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "other",
            "PYTHONPATH": str(REPOSITORY),
        }
        place = {"metadata": {"path": str(tmp_path)}}
        execute(lambda: NotebookClient(notebook, timeout=480, resources=place), environment)
        left = what_is_left(other)
    real = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("%%real_aws")]
    assert len(real) >= 2
    said = [text_of(cell) for cell in real]
    assert not [text for text in said if text.startswith("Skipped")]
    assert "deleted" in said[-1]
    assert left == {"functions": [], "roles": [], "queues": [], "tables": [], "log groups": []}
