"""Submissions, honest, wrong and hostile: each gets exactly what it deserves.

Lab 91 has 7 points: exercise 1 is worth 2, exercise 2 is worth 3 (2 of them hidden), exercise 3 is worth 2.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.classroom.grading import Grade
from helpers.classroom.walls import HOME, Walls, strongest
from helpers.paths import COURSE_ROOT
from tests.classroom.shop import ANSWERS, FULL, Notebook, answered, cell_of, code_cell

HandIn = Callable[..., Grade]

# Hostile sources stop at this line unless they stand in the sandbox: on a developer's own files they would do real harm.
ONLY_IN_SANDBOX = f'import os\nassert os.getcwd() == "{HOME}" and not os.path.exists("{COURSE_ROOT}/pyproject.toml"), "not in the sandbox"\n'


@pytest.fixture
def attack(hand_in: HandIn) -> HandIn:
    """Grade a hostile submission: inside bubblewrap, or not at all."""
    if strongest().level != "bubblewrap":
        pytest.skip(f"a hostile submission could harm this computer without bubblewrap: {strongest().reason}")
    return functools.partial(hand_in, walls=Walls("bubblewrap"))


def points(grade: Grade) -> list[int]:
    """The points of each exercise."""
    assert grade.status == "graded", grade.message
    assert grade.points == sum(exercise["points"] for exercise in grade.exercises)
    return [exercise["points"] for exercise in grade.exercises]


def cell_problem(grade: Grade, place: int) -> str:
    problem: dict[str, str] | None = grade.exercises[place]["cell"]
    return problem["code"] if problem else ""


# Honest submissions


def test_a_lab_as_shipped_scores_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    grade = hand_in(shipped)
    assert points(grade) == [0, 0, 0]
    assert grade.max == FULL
    assert [exercise["answered"] for exercise in grade.exercises] == [False, False, False]
    assert grade.exercises[0]["hint"] == "Look at SQS."


def test_the_solution_scores_everything(hand_in: HandIn, shipped: Notebook) -> None:
    grade = hand_in(answered(shipped))
    assert points(grade) == [2, 3, 2]
    assert grade.warnings == []


def test_the_solution_scores_everything_without_a_sandbox_and_the_report_says_so(
    hand_in: HandIn, shipped: Notebook
) -> None:
    grade = hand_in(answered(shipped), walls=Walls("limits", "a test asked for it"))
    assert points(grade) == [2, 3, 2]
    assert grade.walls == {"level": "limits", "reason": "a test asked for it"}


def test_a_computer_that_pauses_in_the_midst_costs_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    paused = 0
    with ThreadPoolExecutor(1) as thread:
        grading = thread.submit(hand_in, answered(shipped))
        while not wait([grading], timeout=0.2).done:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    if process.cmdline()[1:3] == ["-m", "helpers.classroom.stage"]:
                        process.suspend()
                        process.resume()
                        paused += 1
    assert paused
    assert points(grading.result()) == [2, 3, 2]


def test_one_wrong_value_costs_one_check_and_its_message_says_what_was_seen(hand_in: HandIn, shipped: Notebook) -> None:
    grade = hand_in(answered(shipped, q1=ANSWERS["91.1"].replace("45", "30")), lang="pt-BR")
    assert points(grade) == [1, 3, 2]
    right, wrong = grade.exercises[0]["checks"]
    assert (right["passed"], right["message"]) == (True, "")
    assert (
        wrong["message"] == "era esperado um visibility timeout de 45 segundos; visto 30 (veja lição 05, 'Seen twice')"
    )


def test_an_answer_that_raises_costs_only_its_own_exercise(hand_in: HandIn, shipped: Notebook) -> None:
    grade = hand_in(answered(shipped, q2="undefined_name", q3="this is no python"))
    assert points(grade) == [2, 0, 0]
    assert grade.exercises[1]["cell"] == {"code": "raised", "detail": "NameError: name 'undefined_name' is not defined"}
    assert grade.exercises[2]["cell"]["detail"].startswith("SyntaxError")


def test_a_helper_in_a_cell_of_the_learners_own_is_used(hand_in: HandIn, shipped: Notebook) -> None:
    answered(shipped, q2='make("ledger.fifo", fifo)')
    place = shipped["cells"].index(cell_of(shipped, "answer-91-2"))
    source = 'fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}\ndef make(name, a):\n    sqs.create_queue(QueueName=name, Attributes=a)'
    shipped["cells"].insert(place, code_cell(source))
    assert points(hand_in(shipped)) == [2, 3, 2]


def test_a_value_that_fits_only_the_visible_check_misses_the_hidden_one(hand_in: HandIn, shipped: Notebook) -> None:
    grade = hand_in(answered(shipped, q2='sqs.create_queue(QueueName="ledger.fifo", Attributes={"FifoQueue": "true"})'))
    assert points(grade) == [2, 1, 2]
    assert "order-" not in grade.exercises[1]["checks"][1]["message"]


# Hostile submissions: each case answers the whole lab but for what it attacks, or nothing at all

FORGED_POST = """
import http.client, json, os, itertools
from urllib.parse import urlsplit
verdict = {"exercise": "91.1", "account": os.environ["AWS_ACCESS_KEY_ID"], "points": 2, "max": 2, "passed": True, "checks": []}
for path, method in itertools.product(("/_course/check", "/_course/verdicts", "/_course/record", "/_localcloud/verdicts"), ("POST", "PUT")):
    for secret in ("", "judge", "secret"):
        server = http.client.HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc, timeout=5)
        server.request(method, path, json.dumps({**verdict, "lang": "en", "verdict": verdict}), {"x-localcloud-secret": secret, "x-localcloud-account": verdict["account"]})
        server.getresponse().read()
"""

FORGED_RECORDS = """
import glob, json, os, pathlib
verdict = {"exercise": "91.1", "account": os.environ["AWS_ACCESS_KEY_ID"], "points": 2, "max": 2, "passed": True, "checks": [], "title": ""}
line = json.dumps({"version": 1, "kind": "verdict", **verdict, "verdict": verdict})
places = [f"/tmp/{verdict['account']}.jsonl", f"/tmp/records/verdicts/{verdict['account']}.jsonl", os.path.expanduser("~/verdicts.jsonl")]
for place in [*places, *glob.glob(f"/proc/{os.getppid()}/fd/*")]:
    try:
        pathlib.Path(place).parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(place, os.O_WRONLY | os.O_NONBLOCK | os.O_CREAT), "w") as file:
            file.write(line + "\\n")
    except OSError:
        pass
"""

FAKE_CLIENTS = """
import boto3
class Fake:
    def __getattr__(self, name):
        return lambda **_: {"QueueUrl": "http://x/orders", "Attributes": {"VisibilityTimeout": "45", "FifoQueue": "true"}}
boto3.client = lambda *_, **__: Fake()
sqs = dynamodb = Fake()
"""

FAKE_BOTOCORE = """
import botocore.client
botocore.client.BaseClient._make_api_call = lambda self, operation, params: {"QueueUrl": "http://x/orders", "Attributes": {"VisibilityTimeout": "45"}}
"""

FAKE_CHECK = """
import helpers, helpers.classroom.client, helpers.cloud.control, http.client, json
passed = {"exercise": "91.1", "points": 2, "max": 2, "passed": True, "checks": []}
helpers.check = check = helpers.classroom.client.check = lambda exercise: print("✓ 2/2")
helpers.cloud.control.call = helpers.classroom.client.call = lambda *_, **__: passed
http.client.HTTPConnection.request = lambda *_, **__: None
"""

DEAF_SHELL = """
from IPython.core.interactiveshell import InteractiveShell
async def nothing(self, *_, **__):
    from IPython.core.interactiveshell import ExecutionResult
    return ExecutionResult(None)
InteractiveShell.run_cell_async = nothing
InteractiveShell.showtraceback = lambda *_, **__: None
"""

NOTHING_DONE = {
    "prints what the checks print": 'print("✓ 1/1 The queue is there\\n✓ 1/1 Its visibility timeout is 45 seconds\\n91.1 · 2 of 2 points")',
    "gives boto3 fake clients": FAKE_CLIENTS + ANSWERS["91.1"],
    "patches botocore": FAKE_BOTOCORE + ANSWERS["91.1"],
    "patches helpers.check and its transport": FAKE_CHECK,
    "posts forged verdicts to the server": FORGED_POST,
    "writes forged verdicts into every file and pipe it finds": FORGED_RECORDS,
    "asks for the checks to be skipped": "# NBVAL_SKIP\n# NBVAL_RAISES_EXCEPTION\nraise ValueError",
    "builds everything in another account": """
other = boto3.client("sqs", aws_access_key_id="999988887777", aws_secret_access_key="x")
other.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})
""",
    "replaces the shell that runs the cells": DEAF_SHELL,
    "leaves by os._exit": "import os; os._exit(0)",
    "kills its parent and everything it can": "import os\nfor process in (os.getppid(), 1):\n    try: os.kill(process, 9)\n    except OSError: pass\nos._exit(1)",
    "closes its own outputs": "import os, sys\nsys.stdout = sys.stderr = None\nos.close(1); os.close(2)\nraise SystemExit",
    "asks for input": "input()",
    "takes more memory than there is": "hoard = bytearray(8 * 2**30)",
}
BREAKS_OWN_KERNEL = {
    "gives boto3 fake clients",
    "patches botocore",
    "replaces the shell that runs the cells",
    "closes its own outputs",
}


@pytest.mark.parametrize("name", NOTHING_DONE)
def test_an_attack_in_place_of_an_answer_earns_nothing_for_it(attack: HandIn, shipped: Notebook, name: str) -> None:
    grade = attack(answered(shipped, q1=ONLY_IN_SANDBOX + NOTHING_DONE[name]), cell_seconds=12)
    assert points(grade)[0] == 0
    # Whoever breaks his own kernel cannot answer with it any more; everybody else keeps the other points.
    assert points(grade)[1:] == ([0, 0] if name in BREAKS_OWN_KERNEL else [3, 2])
    assert "not in the sandbox" not in str(grade.exercises[0]["cell"])


def test_edited_check_cells_change_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    for number in "123":
        cell_of(shipped, f"check-91-{number}").update(
            source='print("✓")', outputs=[{"output_type": "stream", "name": "stdout", "text": "✓\n"}]
        )
    answered(shipped, q1="pass")
    grade = hand_in(shipped)
    assert points(grade) == [0, 3, 2]
    assert [warning["cell"] for warning in grade.warnings] == ["check-91-1", "check-91-2", "check-91-3"]


def test_deleted_check_cells_cost_nothing_and_earn_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    answered(shipped, q3="pass")
    shipped["cells"] = [cell for cell in shipped["cells"] if not cell["id"].startswith("check")]
    assert points(hand_in(shipped)) == [2, 3, 0]


def test_tags_and_marks_that_would_skip_a_cell_mean_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    answered(shipped, q1="# NBVAL_SKIP\n" + ANSWERS["91.1"], q3="pass")
    for cell in shipped["cells"]:
        cell["metadata"]["tags"] = ["nbval-skip", "skip-execution", "raises-exception"]
    assert points(hand_in(shipped)) == [2, 3, 0]


def test_points_written_into_the_notebook_mean_nothing(hand_in: HandIn, shipped: Notebook) -> None:
    shipped["metadata"]["grade"] = {"points": 7}
    for cell in shipped["cells"]:
        cell["metadata"]["grade"] = {"role": "given", "exercise": "91.1", "points": 99, "passed": True}
    grade = hand_in(shipped)
    assert points(grade) == [0, 0, 0]
    assert grade.max == FULL


def test_what_was_built_before_the_kernel_was_left_still_counts(attack: HandIn, shipped: Notebook) -> None:
    grade = attack(answered(shipped, q1=ONLY_IN_SANDBOX + ANSWERS["91.1"] + "\nos._exit(0)"))
    assert points(grade) == [2, 3, 2]
    assert cell_problem(grade, 0) == "died"


def test_a_loop_that_swallows_the_interrupt_costs_only_its_own_exercise(attack: HandIn, shipped: Notebook) -> None:
    loop = ONLY_IN_SANDBOX + "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass"
    begun = time.monotonic()
    grade = attack(answered(shipped, q1=loop), cell_seconds=12)
    assert points(grade) == [0, 3, 2]
    assert cell_problem(grade, 0) == "too-long"
    assert time.monotonic() - begun < 100  # it was ended, and not by the 120 seconds of the whole run


def test_a_loop_that_prints_for_ever_is_stopped_by_its_output(attack: HandIn, shipped: Notebook) -> None:
    grade = attack(answered(shipped, q1=ONLY_IN_SANDBOX + 'while True: print("x" * 10_000)'))
    assert points(grade) == [0, 3, 2]
    assert cell_problem(grade, 0) == "too-much-output"


def test_a_notebook_that_never_ends_is_ended_and_keeps_what_it_earned_before(attack: HandIn, shipped: Notebook) -> None:
    grade = attack(answered(shipped, q2="while True: pass", q3="while True: pass"), cell_seconds=60, run_seconds=30)
    assert points(grade) == [2, 0, 0]
    assert cell_problem(grade, 2) == "run-too-long"


def test_a_solution_that_lies_on_the_graders_disk_cannot_be_copied(
    attack: HandIn, shipped: Notebook, course: Path
) -> None:
    steal = (
        ONLY_IN_SANDBOX
        + f"""
import re
for place in ("{COURSE_ROOT}/course", "{COURSE_ROOT}/solutions", "{COURSE_ROOT}/tests", "{COURSE_ROOT}/.git", "{course}/course"):
    assert not os.path.exists(place), place
for answer in re.findall("# BEGIN SOLUTION\\n(.*?)# END SOLUTION", open("{course}/course/labs/91-shop/lab.py").read(), re.S):
    exec(answer)
"""
    )
    grade = attack(answered(shipped, q1=steal, q2="pass", q3="pass"))
    assert points(grade) == [0, 0, 0]
    assert grade.exercises[0]["cell"]["detail"].startswith("FileNotFoundError")


def test_a_lambda_function_sees_neither_the_course_nor_the_grader(
    attack: HandIn, shipped: Notebook, course: Path
) -> None:
    handler = f"""
import glob, os
def lambda_handler(event, context):
    files = [place for place in ("{COURSE_ROOT}/course", "{COURSE_ROOT}/solutions", "{COURSE_ROOT}/.git", "{course}/course") if os.path.exists(place)]
    commands = [open(name).read() for name in glob.glob("/proc/[0-9]*/cmdline")]
    return {{"files": files, "graders": [line for line in commands if "classroom.stage" in line or "ipykernel" in line], "seen": len(commands)}}
"""
    look = f"""
import json, pathlib
from helpers import deploy
pathlib.Path("work/look.py").write_text({handler!r})
deploy("work/look.py", "look", show=False)
answer = boto3.client("lambda").invoke(FunctionName="look")
found = json.loads(answer["Payload"].read())
assert "FunctionError" not in answer and found["seen"] > 0, found
assert found["files"] or found["graders"], "the function sees nothing of the grader"
"""
    grade = attack(answered(shipped, q1=ONLY_IN_SANDBOX + look + ANSWERS["91.1"]))
    assert points(grade) == [0, 3, 2]
    assert grade.exercises[0]["cell"]["detail"] == "AssertionError: the function sees nothing of the grader"


def test_nothing_that_a_submission_started_outlives_its_grading(attack: HandIn, shipped: Notebook) -> None:
    mark = f"left-behind-{os.getpid()}"
    spawn = f'import subprocess, sys\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{mark}"], start_new_session=True)\n'
    assert points(attack(answered(shipped, q1=ONLY_IN_SANDBOX + spawn + ANSWERS["91.1"]))) == [2, 3, 2]
    left: list[Any] = [
        process.pid for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])
    ]
    assert left == []


def test_a_grade_is_json_with_the_same_fields_for_every_outcome(hand_in: HandIn, shipped: Notebook) -> None:
    graded = hand_in(shipped).as_json()
    shipped["cells"] = []
    refused = hand_in(shipped).as_json()
    assert json.loads(json.dumps(graded)) == graded
    assert graded.keys() == refused.keys()
    assert (refused["status"], refused["code"]) == ("rejected", "no-cells")
