"""What a handler sees: variables, imports, files, the network, memory, and the rest of AWS."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.conftest import cloud_process
from tests.localcloud.conftest import Functions, zipped


def test_the_environment_has_lambdas_variables(functions: Functions) -> None:
    functions.create(
        "env",
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"TABLE": "orders"}},
    )
    seen = functions.invoke("env")["Payload"]
    assert seen["TABLE"] == "orders"
    assert seen["_HANDLER"] == "app.handler"
    assert (seen["LAMBDA_TASK_ROOT"], seen["LAMBDA_RUNTIME_DIR"]) == ("/var/task", "/var/runtime")
    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["AWS_LAMBDA_FUNCTION_VERSION"]) == ("env", "$LATEST")
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/env"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", seen["AWS_LAMBDA_LOG_STREAM_NAME"])
    assert re.fullmatch(r"127\.0\.0\.1:\d+", seen["AWS_LAMBDA_RUNTIME_API"])
    assert seen["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert (seen["AWS_EXECUTION_ENV"], seen["TZ"]) == ("AWS_Lambda_python3.13", ":UTC")
    assert (seen["AWS_REGION"], seen["AWS_DEFAULT_REGION"]) == ("us-east-1", "us-east-1")
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "_X_AMZN_TRACE_ID"} <= seen.keys()


def test_nothing_of_the_servers_own_variables_is_there(functions: Functions) -> None:
    functions.create("env", "import os\ndef handler(event, context): return sorted(os.environ)")
    assert not {"VIRTUAL_ENV", "PYTEST_CURRENT_TEST", "COURSE_DATA", "PWD"} & set(functions.invoke("env")["Payload"])


def test_boto3_in_a_handler_is_the_functions_role_in_the_same_account(functions: Functions, account: str) -> None:
    source = """
        import boto3
        def handler(event, context):
            boto3.resource("dynamodb").Table("orders").put_item(Item={"id": event["id"]})
            return boto3.client("sts").get_caller_identity()
    """
    functions.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    functions.create("orders", source, Timeout=30)
    identity = functions.invoke("orders", {"id": "4711"})["Payload"]
    assert identity["Account"] == account
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/loja-role/orders"
    assert functions.client("dynamodb").scan(TableName="orders")["Items"] == [{"id": {"S": "4711"}}]


@pytest.mark.parametrize("module", ["numpy", "moto", "flask", "pytest", "helpers", "yaml", "psutil"])
def test_packages_of_this_computer_cannot_be_imported(functions: Functions, module: str) -> None:
    functions.create("imports", "import importlib\ndef handler(event, context): importlib.import_module(event)")
    assert functions.invoke("imports", module)["Payload"]["errorMessage"] == f"No module named '{module}'"


def test_what_aws_ships_can_be_imported(functions: Functions) -> None:
    source = "import boto3, botocore, s3transfer, jmespath, dateutil, six, urllib3, sqlite3, ctypes, ssl\ndef handler(event, context): return boto3.__file__"
    functions.create("imports", source, Timeout=30)
    assert functions.invoke("imports")["Payload"] == "/var/lang/lib/python3.13/site-packages/boto3/__init__.py"


def test_paths_are_those_of_aws(functions: Functions) -> None:
    source = """
        import json, os, sys, tempfile
        def handler(event, context):
            return {"file": __file__, "json": json.__file__, "os": os.__file__, "cwd": os.getcwd(), "first": sys.path[0], "tmp": tempfile.gettempdir(),
                    "task": sorted(os.listdir("/var/task")), "entries": [entry.path for entry in os.scandir("/var/task/data")],
                    "text": open("data/note.txt").read(), "walk": [folder for folder, _, _ in os.walk("/var/task")],
                    "real": os.path.realpath("/tmp/../var/task/app.py")}
    """
    functions.create("paths", "", Code={"ZipFile": zipped({"app.py": source, "data/note.txt": "from the zip"})})
    seen = functions.invoke("paths")["Payload"]
    assert (seen["file"], seen["cwd"], seen["first"], seen["tmp"]) == (
        "/var/task/app.py",
        "/var/task",
        "/var/task",
        "/tmp",
    )
    assert seen["json"] == "/var/lang/lib/python3.13/json/__init__.py"
    assert seen["os"] == "/var/lang/lib/python3.13/os.py"
    assert (seen["task"], seen["entries"], seen["text"]) == (
        ["app.py", "data"],
        ["/var/task/data/note.txt"],
        "from the zip",
    )
    assert seen["walk"] == ["/var/task", "/var/task/data"]
    assert seen["real"] == "/var/task/app.py"


def test_tmp_is_the_environments_own(functions: Functions) -> None:
    source = """
        import os, pathlib, shutil, sqlite3, tempfile
        def handler(event, context):
            folder = pathlib.Path(tempfile.mkdtemp())
            (folder / "a").write_text("hi")
            os.rename(folder / "a", "/tmp/b")
            os.symlink("/tmp/b", "/tmp/link")
            with sqlite3.connect("/tmp/orders.db") as database:
                database.execute("create table orders (id)")
            shutil.rmtree(folder)
            return [str(folder)[:5], sorted(os.listdir("/tmp")), os.readlink("/tmp/link"), pathlib.Path("/tmp/link").read_text()]
    """
    functions.create("one", source)
    functions.create("other", "import os\ndef handler(event, context): return os.listdir('/tmp')")
    assert functions.invoke("one")["Payload"] == ["/tmp/", ["b", "link", "orders.db"], "/tmp/b", "hi"]
    assert functions.invoke("other")["Payload"] == []


@pytest.mark.parametrize(
    "path", ["/var/task/new.txt", "new.txt", "/opt/new.txt", "/home/new.txt", "/tmp/../etc/new.txt"]
)
def test_only_tmp_can_be_written(functions: Functions, path: str) -> None:
    functions.create("writer", "def handler(event, context): open(event, 'w')")
    payload = functions.invoke("writer", path)["Payload"]
    assert (payload["errorType"], payload["errorMessage"]) == ("OSError", f"[Errno 30] Read-only file system: '{path}'")
    assert payload["stackTrace"] == [
        "  File \"/var/task/app.py\", line 1, in handler\n    def handler(event, context): open(event, 'w')\n"
    ]


def test_a_missing_file_is_named_by_the_path_that_the_handler_used(functions: Functions) -> None:
    functions.create("reader", "def handler(event, context):\n    return open('/tmp/none')")
    payload = functions.invoke("reader")["Payload"]
    assert payload["errorMessage"] == "[Errno 2] No such file or directory: '/tmp/none'"
    assert payload["stackTrace"] == ["  File \"/var/task/app.py\", line 2, in handler\n    return open('/tmp/none')\n"]


def test_layers_are_merged_into_opt_and_their_python_folder_can_be_imported(functions: Functions) -> None:
    first = zipped({"python/prices.py": "VALUE = 1", "python/shared.py": "NAME = 'first'"})
    second = zipped({"python/shared.py": "NAME = 'second'"})
    arns = [
        functions.aws.publish_layer_version(LayerName=name, Content={"ZipFile": content})["LayerVersionArn"]
        for name, content in (("a", first), ("b", second))
    ]
    source = "import os, prices, shared\ndef handler(event, context): return [prices.VALUE, shared.NAME, prices.__file__, sorted(os.listdir('/opt/python'))]"
    functions.create("layered", source, Layers=arns)
    functions.aws.delete_layer_version(LayerName="a", VersionNumber=1)
    assert functions.invoke("layered")["Payload"] == [1, "second", "/opt/python/prices.py", ["prices.py", "shared.py"]]


def test_other_machines_cannot_be_reached(functions: Functions) -> None:
    functions.create(
        "caller",
        "import urllib.request\ndef handler(event, context): urllib.request.urlopen('http://192.0.2.1/', timeout=2)",
    )
    payload = functions.invoke("caller")["Payload"]
    assert payload["errorType"] in ("URLError", "ConnectionRefusedError") and "192.0.2.1" in payload["errorMessage"]


def test_too_much_memory_kills_the_function(functions: Functions) -> None:
    source = """
        kept = []
        def handler(event, context):
            while event:
                kept.append(bytearray(b"x") * 8_000_000)
            return "fine"
    """
    functions.create("greedy", source, Timeout=30)
    answer = functions.invoke("greedy", True)
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: Runtime exited with error: signal: killed",
    }
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB\t" in answer["Log"]
    assert "Status: error\tError Type: Runtime.OutOfMemory" in answer["Log"]
    assert functions.invoke("greedy", False)["Payload"] == "fine"


def test_max_memory_used_is_measured(functions: Functions) -> None:
    functions.create(
        "user", "kept = []\ndef handler(event, context):\n    kept.append(bytearray(b'x') * 50_000_000)", MemorySize=256
    )
    used = re.search(r"Max Memory Used: (\d+) MB", functions.invoke("user")["Log"])
    assert used and 55 < int(used[1]) < 120


def test_a_crash_of_the_interpreter_is_an_exit_error_with_its_signal(functions: Functions) -> None:
    functions.create("crash", "import os\ndef handler(event, context): os.kill(os.getpid(), 11)")
    answer = functions.invoke("crash")
    assert answer["Payload"]["errorMessage"].endswith("Error: Runtime exited with error: signal: segmentation fault")


def test_programs_that_a_handler_started_end_with_a_timeout(functions: Functions) -> None:
    mark = f"import time; time.sleep(600)  # {uuid.uuid4()}"
    source = f"""
        import subprocess, sys, time
        def handler(event, context):
            subprocess.Popen([sys.executable, "-c", {mark!r}])
            print("started")
            time.sleep(600)
    """
    functions.create("parent", source, Timeout=8)
    assert "started" in functions.invoke("parent")["Log"]
    assert not [one for one in psutil.process_iter(["cmdline"]) if mark in (one.info["cmdline"] or [])]


def test_ten_seconds_of_init_are_followed_by_a_second_one_within_the_functions_timeout(functions: Functions) -> None:
    functions.create(
        "slow", "import time\nprint('starting')\ntime.sleep(60)\ndef handler(event, context): pass", Timeout=8
    )
    answer = functions.invoke("slow")
    assert answer["Payload"]["errorType"] == "Sandbox.Timedout"
    lines = answer["Log"].splitlines()
    assert [line.split(" ")[0].split("\t")[0] for line in lines] == [
        "INIT_START",
        "starting",
        "INIT_REPORT",
        "starting",
        "INIT_REPORT",
        "START",
        "END",
        "REPORT",
    ]
    assert re.fullmatch(r"INIT_REPORT Init Duration: 1\d{4}\.\d\d ms\tPhase: init\tStatus: timeout", lines[2])
    assert re.fullmatch(
        r"INIT_REPORT Init Duration: (8|9|\d\d)\d{3}\.\d\d ms\tPhase: invoke\tStatus: timeout", lines[4]
    )


@pytest.mark.parametrize("runtime", ["python3.9", "python3.11", "python3.12", "python3.14"])
def test_every_python_runtime_name_runs(functions: Functions, runtime: str) -> None:
    functions.create(
        "any",
        'import os, json\ndef handler(event, context): return [os.environ["AWS_EXECUTION_ENV"], json.__file__, "é"]',
        Runtime=runtime,
    )
    answer = functions.invoke("any")
    assert answer["Payload"] == [f"AWS_Lambda_{runtime}", f"/var/lang/lib/{runtime}/json/__init__.py", "é"]
    assert ("é".encode() in answer["Body"]) == (runtime in ("python3.12", "python3.14"))


def test_the_pure_python_runtime_client_does_the_same(account: str) -> None:
    source = """
        import sys
        def handler(event, context):
            if event == "raise": raise ValueError("no")
            if event == "wide": return "x" * 3_000_000
            return [event, "runtime_client.py" in sys.modules["runtime_client"].__file__, context.aws_request_id]
    """
    with cloud_process(LOCALCLOUD_RUNTIME_CLIENT="python") as running:
        clients: Callable[[str], Any] = lambda service: running.client(service, account)  # noqa: E731
        functions = Functions(clients)
        functions.create("shim", source)
        for number in range(3):
            answer = functions.invoke("shim", {"n": number})
            assert answer["Payload"] == [{"n": number}, True, answer["ResponseMetadata"]["RequestId"]]
        assert functions.invoke("shim", "raise")["Payload"]["errorMessage"] == "no"
        assert len(functions.invoke("shim", "wide")["Body"]) == 3_000_002
        functions.create("broken", "import nowhere")
        assert functions.invoke("broken")["Payload"]["errorType"] == "Runtime.ImportModuleError"
        assert json.dumps(functions.invoke("shim")["Payload"][0]) == "{}"
