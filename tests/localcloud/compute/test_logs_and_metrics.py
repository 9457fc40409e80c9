"""What an invocation leaves in CloudWatch."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.localcloud.conftest import Functions

NUMBER = r"\d+\.\d\d"


def test_a_cold_start_logs_init_start_start_the_functions_lines_end_and_report(functions: Functions) -> None:
    functions.create("shop", "print('loading')\ndef handler(event, context): print('one\\ntwo')")
    answer = functions.invoke("shop")
    request_id = answer["ResponseMetadata"]["RequestId"]
    log = functions.log("shop")
    assert answer["Log"] == "".join(log)
    assert re.fullmatch(
        r"INIT_START Runtime Version: python:3\.13\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n",
        log[0],
    )
    assert log[1:6] == [
        "loading\n",
        f"START RequestId: {request_id} Version: $LATEST\n",
        "one\n",
        "two\n",
        f"END RequestId: {request_id}\n",
    ]
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: {NUMBER} ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t"
        rf"Init Duration: {NUMBER} ms\t\n",
        log[6],
    )


def test_only_the_cold_start_reports_an_init_duration_and_it_is_billed(functions: Functions) -> None:
    functions.create("shop", "import time\ntime.sleep(0.2)\ndef handler(event, context): pass")
    cold, warm = functions.invoke("shop")["Log"], functions.invoke("shop")["Log"]
    found = re.search(r"Duration: (\S+) ms\tBilled Duration: (\d+) ms.*Init Duration: (\S+) ms", cold)
    assert found
    duration, billed, init = (float(number) for number in found.groups())
    assert init >= 200
    assert 0 <= billed - (duration + init) < 1
    assert "Init Duration" not in warm and "INIT_START" not in warm


def test_no_duration_is_shorter_than_the_code_took_on_a_busy_computer(functions: Functions) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(0.002)"
    functions.create("shop", source, Timeout=30)
    with ThreadPoolExecutor(8) as pool:
        logs = list(pool.map(lambda _: functions.invoke("shop")["Log"], range(200)))
    durations = [float(re.findall(r"\tDuration: ([\d.]+) ms", log)[0]) for log in logs]
    assert min(durations) >= 2


def test_log_records_have_awss_form_and_stay_one_event(functions: Functions) -> None:
    source = """
        import logging
        logging.getLogger().setLevel("INFO")
        def handler(event, context):
            logging.info("first\\nsecond")
            raise ValueError("wrong")
    """
    functions.create("shop", source)
    request_id = functions.invoke("shop")["ResponseMetadata"]["RequestId"]
    _, _, info, error, _, report = functions.log("shop")
    assert re.fullmatch(rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request_id}\tfirst\nsecond\n", info)
    assert error.startswith(
        '[ERROR] ValueError: wrong\nTraceback (most recent call last):\n\u00a0\u00a0File "/var/task/app.py", line 5, in handler\n'
    )
    assert "Status" not in report


def test_the_tail_is_at_most_4_kb_and_ends_with_the_report(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context):\n    for number in range(1000): print('line', number)")
    tail = functions.invoke("shop")["Log"]
    assert len(tail) == 4096
    assert tail.splitlines()[-1].startswith("REPORT")
    assert "line 999\n" in tail


def test_the_tail_comes_only_when_asked_for(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): pass")
    assert "LogResult" not in functions.aws.invoke(FunctionName="shop")


def test_the_stream_is_named_by_day_version_and_environment(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): pass", Publish=True)
    functions.invoke("shop", Qualifier="1")
    streams = functions.client("logs").describe_log_streams(logGroupName="/aws/lambda/shop")["logStreams"]
    assert [
        bool(re.fullmatch(r"\d{4}/\d\d/\d\d/\[1\][0-9a-f]{32}", stream["logStreamName"])) for stream in streams
    ] == [True]


def test_output_without_a_line_end_and_from_c_is_kept(functions: Functions) -> None:
    functions.create(
        "shop",
        "import os, sys\ndef handler(event, context):\n    os.write(2, b'raw\\n')\n    print('no end', end='', file=sys.stderr)",
    )
    functions.invoke("shop")
    assert functions.log("shop")[2:4] == ["raw\n", "no end\n"]


def test_a_flood_of_output_is_bounded_and_the_log_says_so(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context):\n    for _ in range(120): print('x' * 99_999)", Timeout=60)
    answer = functions.invoke("shop")
    assert answer.get("FunctionError") is None
    said = re.search(r"\[local cloud\] at least (\d+) more bytes of output were dropped", answer["Log"])
    surplus = 120 * 100_000 - 4 * 1024 * 1024
    assert said and surplus // 2 < int(said[1]) <= surplus
    assert len("".join(functions.log("shop"))) < 5_000_000


def test_a_failed_import_runs_init_twice_as_on_aws(functions: Functions) -> None:
    functions.create("shop", "import nowhere")
    functions.invoke("shop")
    log = functions.log("shop")
    reports = [line for line in log if line.startswith("INIT_REPORT")]
    assert ["Phase: init" in reports[0], "Phase: invoke" in reports[1], len(reports)] == [True, True, 2]
    assert sum("[ERROR] Runtime.ImportModuleError" in line for line in log) == 2
    assert "Status: error\tError Type: Runtime.Unknown" in log[-1]


def test_a_killed_process_is_named_before_the_end(functions: Functions) -> None:
    functions.create("shop", "import os\ndef handler(event, context): os._exit(3)")
    request_id = functions.invoke("shop")["ResponseMetadata"]["RequestId"]
    log = functions.log("shop")
    assert log[2] == f"RequestId: {request_id} Error: Runtime exited with error: exit status 3\nRuntime.ExitError\n"
    assert log[-1].endswith("Status: error\tError Type: Runtime.ExitError\n")


def test_another_log_group_can_be_named(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): pass", LoggingConfig={"LogGroup": "/loja/all"})
    functions.invoke("shop")
    groups = functions.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/loja/all"]


def metric(functions: Functions, name: str, statistic: str = "Sum") -> list[Any]:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=3650)
    points = functions.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": "shop"}],
        StartTime=now - dt.timedelta(days=7300),
        EndTime=now,
        Period=86400 * 7300,
        Statistics=[statistic],
    )["Datapoints"]
    return [point[statistic] for point in points]


def test_invocations_errors_durations_and_throttles_are_counted(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): return 1 / event")
    for divisor in (1, 0, 2):
        functions.invoke("shop", divisor)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    with pytest.raises(functions.aws.exceptions.TooManyRequestsException):
        functions.invoke("shop", 1)
    assert metric(functions, "Invocations") == [3]
    assert metric(functions, "Errors") == [1]
    assert metric(functions, "Throttles") == [1]
    assert metric(functions, "Duration", "SampleCount") == [3]
    assert metric(functions, "ConcurrentExecutions", "Maximum") == [1]
