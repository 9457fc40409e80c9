"""What functions log: the time of each line, JSON with its levels, and metrics in the embedded format."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions, eventually

GROUP = "/aws/lambda/shop"
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"


def events(functions: Functions, group: str = GROUP) -> list[dict[str, Any]]:
    return functions.client("logs").filter_log_events(logGroupName=group)["events"]  # type: ignore[no-any-return]


def times(functions: Functions) -> dict[str, int]:
    """The timestamp of each line by its first word."""
    return {event["message"].split()[0]: event["timestamp"] for event in events(functions)}


def records(functions: Functions) -> list[Any]:
    found = []
    for line in (event["message"] for event in events(functions)):
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append(line)
    return found


def kinds(functions: Functions) -> list[str]:
    """What each line is: the type of a platform record, the message of a log record, or the line itself."""
    return [
        one.get("type") or one.get("message") if isinstance(one, dict) else one.strip() for one in records(functions)
    ]


def test_each_line_has_its_own_time(functions: Functions) -> None:
    source = """
        import logging, time
        logging.getLogger().setLevel("INFO")
        def handler(event, context):
            print("first")
            time.sleep(0.4)
            logging.info("record")
            time.sleep(0.4)
            print("second")
            time.sleep(0.4)
    """
    functions.create("shop", source)

    def apart() -> bool:
        """Whether an invocation shows the pauses: a server that stands still in one sees its lines together."""
        functions.invoke("shop")
        at = times(functions)
        lines = ("START", "first", "[INFO]", "second", "END", "REPORT")
        assert [at[line] for line in lines] == sorted(at[line] for line in lines)
        return at["[INFO]"] - at["first"] >= 250 <= at["END"] - at["second"] and at["END"] - at["[INFO]"] >= 700

    functions.invoke("shop")
    ingested = {event["ingestionTime"] for event in events(functions)}
    assert len(ingested) == 1 and ingested.pop() >= times(functions)["REPORT"]
    assert times(functions)["INIT_START"] <= times(functions)["START"]
    eventually(apart)


def test_lines_come_back_in_the_order_in_which_they_were_written(functions: Functions) -> None:
    source = """
        import logging
        def handler(event, context):
            for number in range(50):
                print(f"print {number}")
                logging.warning("record %s", number)
    """
    functions.create("shop", source)
    functions.invoke("shop")
    lines = [event["message"].strip() for event in events(functions)]
    order = [line for line in lines if "print" in line or "record" in line]
    assert [re.sub(r".*\t", "", line) for line in order] == [
        text for number in range(50) for text in (f"print {number}", f"record {number}")
    ]


LOGGER = """
    import logging
    logger = logging.getLogger()
    def handler(event, context):
        logger.debug("debug"); logger.info("info", extra={"order": 7}); logger.warning("warning")
        print("printed")
        return {"got": event}
"""


def test_json_logs_are_records_of_platform_and_function(functions: Functions) -> None:
    functions.create("shop", LOGGER, LoggingConfig={"LogFormat": "JSON"})
    assert functions.aws.get_function_configuration(FunctionName="shop")["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
        "LogGroup": GROUP,
    }
    request_id = functions.invoke("shop")["ResponseMetadata"]["RequestId"]
    init, start, info, _, _, report = records(functions)
    assert kinds(functions) == ["platform.initStart", "platform.start", "info", "warning", "printed", "platform.report"]
    assert init["record"]["runtimeVersion"].startswith("python:3.13.v")
    assert start["record"] == {"requestId": request_id, "version": "$LATEST"}
    assert {"level": "INFO", "message": "info", "order": 7, "requestId": request_id}.items() <= info.items()
    assert (report["record"]["requestId"], report["record"]["status"]) == (request_id, "success")
    metrics = report["record"]["metrics"]
    assert metrics["memorySizeMB"] == 128 and metrics["maxMemoryUsedMB"] > 0
    assert metrics["billedDurationMs"] >= metrics["durationMs"] + metrics["initDurationMs"] - 1
    assert abs(dt.datetime.fromisoformat(report["time"]).timestamp() * 1000 - events(functions)[-1]["timestamp"]) <= 1
    functions.invoke("shop")
    assert "initDurationMs" not in records(functions)[-1]["record"]["metrics"]


def test_levels_hold_back_what_is_below_them(functions: Functions) -> None:
    levels = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "WARN"}
    functions.create(
        "shop", LOGGER.replace("def handler", "logger.setLevel('DEBUG')\n    def handler"), LoggingConfig=levels
    )
    functions.invoke("shop")
    assert kinds(functions) == ["warning", "printed"]
    functions.aws.update_function_configuration(
        FunctionName="shop", LoggingConfig={"ApplicationLogLevel": "DEBUG", "SystemLogLevel": "DEBUG"}
    )
    functions.invoke("shop")
    assert kinds(functions)[2:] == [
        "platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.start",
        "debug", "info", "warning", "printed", "platform.runtimeDone", "platform.report",
    ]  # fmt: skip


def test_json_lines_of_other_libraries_are_filtered_by_their_level(functions: Functions) -> None:
    source = """
        import json
        def handler(event, context):
            for level in ("DEBUG", "ERROR"):
                print(json.dumps({"level": level, "timestamp": "2026-01-01T00:00:00Z", "message": level}))
            print(json.dumps({"level": "DEBUG", "message": "no timestamp"}))
    """
    functions.create("shop", source, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    functions.invoke("shop")
    assert kinds(functions) == ["ERROR", "no timestamp"]


def test_json_logs_tell_of_errors_and_time_outs(functions: Functions) -> None:
    source = """
        import time
        def handler(event, context):
            if event: raise ValueError("wrong")
            time.sleep(60)
    """
    functions.create("shop", source, Timeout=8, LoggingConfig={"LogFormat": "JSON"})
    functions.invoke("shop", 1)
    error = next(one for one in records(functions) if one.get("level") == "ERROR")
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "wrong")
    functions.invoke("shop", 0)
    assert records(functions)[-1]["record"]["status"] == "timeout"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"LogFormat": "XML"}, "Member must satisfy enum value set: [JSON, Text]"),
        ({"LogFormat": "JSON", "SystemLogLevel": "ERROR"}, "Member must satisfy enum value set: [DEBUG, INFO, WARN]"),
        ({"ApplicationLogLevel": "INFO"}, "ApplicationLogLevel cannot be set when LogFormat is Text."),
        ({"LogGroup": "a b"}, "Member must satisfy regular expression pattern"),
    ],
)
def test_a_logging_configuration_is_checked(functions: Functions, config: dict[str, str], words: str) -> None:
    with pytest.raises(ClientError, match=re.escape(words)):
        functions.create("shop", "def handler(event, context): pass", LoggingConfig=config)


def test_going_back_to_text_drops_the_levels(functions: Functions) -> None:
    functions.create("shop", "def handler(event, context): pass", LoggingConfig={"LogFormat": "JSON"})
    updated = functions.aws.update_function_configuration(FunctionName="shop", LoggingConfig={"LogFormat": "Text"})
    assert updated["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": GROUP}
    functions.invoke("shop")
    assert functions.log("shop")[0].startswith("INIT_START")


def test_a_flood_of_logs_does_not_take_the_server_down(functions: Functions) -> None:
    functions.create("shop", "import os\ndef handler(event, context): os.write(1, b'x\\n' * 500_000)", Timeout=60)
    for _ in range(2):
        assert functions.invoke("shop").get("FunctionError") is None
    [group] = functions.client("logs").describe_log_groups()["logGroups"]
    assert 1_000_000 * 28 <= group["storedBytes"] <= 1_000_100 * 28
    page = functions.client("logs").filter_log_events(logGroupName=GROUP)
    assert len(page["events"]) == 10_000 and page["nextToken"]


def test_the_embedded_metric_format_becomes_metrics(functions: Functions) -> None:
    source = """
        import json, time
        def handler(event, context):
            print(json.dumps({
                "_aws": {"Timestamp": event["now"], "CloudWatchMetrics": [{
                    "Namespace": "Loja", "Dimensions": [["service"], []],
                    "Metrics": [{"Name": "Total", "Unit": "Count"}, {"Name": "missing"}],
                }]},
                "service": "pedidos", "Total": [1, 2, 3],
            }))
    """
    functions.create("shop", source)
    now = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    started = events_now(functions)
    functions.invoke("shop", {"now": started or now})
    assert statistic(functions, "Loja", "Total", {"service": "pedidos"}, "Sum") == 6
    assert statistic(functions, "Loja", "Total", {}, "SampleCount") == 3
    assert statistic(functions, "AWS/Logs", "EMFValidationErrors", {"LogGroupName": GROUP}, "Sum") == 1
    assert statistic(functions, "AWS/Logs", "IncomingLogEvents", {"LogGroupName": GROUP}, "Sum") == len(
        events(functions)
    )
    assert statistic(functions, "AWS/Logs", "IncomingBytes", {}, "Sum") == sum(
        len(event["message"].encode()) + 26 for event in events(functions)
    )


def test_embedded_metrics_are_dated_by_the_clouds_clock(cloud: CloudProcess, functions: Functions) -> None:
    source = """
        import json, time
        def handler(event, context):
            print(json.dumps({
                "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [{
                    "Namespace": "Loja", "Dimensions": [[]], "Metrics": [{"Name": "Orders"}],
                }]},
                "Orders": 1,
            }))
    """
    functions.create("shop", source)
    for _ in range(2):
        cloud.advance(20 * 86_400)
        functions.invoke("shop")
        assert statistic(functions, "Loja", "Orders", {}, "Sum") == 1


def test_metrics_of_powertools_arrive_unmodified(functions: Functions) -> None:
    source = """
        from aws_lambda_powertools import Metrics
        from aws_lambda_powertools.metrics import MetricResolution, MetricUnit
        metrics = Metrics(namespace="Loja", service="pedidos")
        @metrics.log_metrics(capture_cold_start_metric=True)
        def handler(event, context):
            for value in (10, 20, 30):
                metrics.add_metric("Total", MetricUnit.Count, value, MetricResolution.High)
            metrics.add_dimension("canal", "web")
            metrics.add_metadata("pedido", "p1")
    """
    functions.create("shop", source, Layers=[POWERTOOLS], Timeout=60, MemorySize=512)
    functions.invoke("shop")
    assert statistic(functions, "Loja", "Total", {"service": "pedidos", "canal": "web"}, "Sum") == 60
    assert statistic(functions, "Loja", "ColdStart", {"service": "pedidos", "function_name": "shop"}, "Sum") == 1
    assert statistic(functions, "AWS/Logs", "EMFValidationErrors", {"LogGroupName": GROUP}, "Sum") == 0


def events_now(functions: Functions) -> int:
    """The cloud's own time in ms."""
    logs = functions.client("logs")
    logs.create_log_group(logGroupName="/clock")
    return int(logs.describe_log_groups(logGroupNamePrefix="/clock")["logGroups"][0]["creationTime"])


def statistic(functions: Functions, namespace: str, name: str, dimensions: dict[str, str], wanted: str) -> float:
    now = dt.datetime.fromtimestamp(events(functions)[-1]["timestamp"] / 1000, dt.UTC)
    points = functions.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - dt.timedelta(minutes=10),
        EndTime=now + dt.timedelta(minutes=10),
        Period=60,
        Statistics=[wanted],
    )["Datapoints"]
    return sum(point[wanted] for point in points)
