"""``deploy`` against a real server: what it makes, what it prints, what it says when it cannot."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import deploy
from helpers.cloud.bundle import build_zip
from helpers.cloud.deploy import size_of
from helpers.errors import CourseError
from tests.conftest import CloudProcess

HANDLER = "def lambda_handler(event, context):\n    return event\n"


@pytest.fixture(autouse=True)
def connected(cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What ``connect`` leaves behind: an environment that leads to the account, and a folder for handlers."""
    cloud.connect(account, monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("work").mkdir()
    Path("work/lookup.py").write_text(HANDLER)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_file_becomes_a_function_with_a_role_and_the_calls_are_shown(
    client: Callable[[str], Any], account: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = deploy("work/lookup.py", "lookup")
    assert arn == f"arn:aws:lambda:us-east-1:{account}:function:lookup"
    lines = printed(capsys)
    assert lines[0].startswith(
        'role = iam.create_role(RoleName="lookup-role", AssumeRolePolicyDocument=\'{"Version": "2012-10-17"'
    )
    assert lines[0].endswith('["Role"]["Arn"]')
    assert (
        lines[1]
        == 'iam.attach_role_policy(RoleName="lookup-role", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")'
    )
    size = size_of(build_zip(Path("work/lookup.py")))
    assert lines[2] == (
        'lambda_.create_function(FunctionName="lookup", Role=role, Runtime="python3.13", Handler="lookup.lambda_handler", '
        f'Timeout=3, MemorySize=128, Code={{"ZipFile": <zip, {size}>}})'
    )
    assert lines[3] == 'lambda_.get_waiter("function_active_v2").wait(FunctionName="lookup")'
    assert len(lines) == 4
    trust = client("iam").get_role(RoleName="lookup-role")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_a_second_deploy_makes_only_the_calls_that_change_something(
    client: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("work/lookup.py", "lookup", environment={"STAGE": "dev"})
    printed(capsys)
    deploy("work/lookup.py", "lookup", environment={"STAGE": "dev"})
    assert printed(capsys) == []
    deploy("work/lookup.py", "lookup", timeout=10)
    waited = 'lambda_.get_waiter("function_updated_v2").wait(FunctionName="lookup")'
    assert printed(capsys) == [
        'lambda_.update_function_configuration(FunctionName="lookup", Timeout=10, Environment={"Variables": {}})',
        waited,
    ]
    Path("work/lookup.py").write_text(HANDLER + "# changed\n")
    deploy("work/lookup.py", "lookup", timeout=10)
    size = size_of(build_zip(Path("work/lookup.py")))
    assert printed(capsys) == [
        f'lambda_.update_function_code(FunctionName="lookup", ZipFile=<zip, {size}>)',
        waited,
    ]
    state = client("lambda").get_function_configuration(FunctionName="lookup")
    assert (state["Timeout"], state.get("Environment", {}).get("Variables", {})) == (10, {})


def test_what_is_printed_names_no_account_and_no_address(
    account: str, cloud: CloudProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    layer = boto3.client("lambda").publish_layer_version(
        LayerName="tools", Content={"ZipFile": build_zip(Path("work/lookup.py"))}
    )["LayerVersionArn"]
    queue = f"{cloud.endpoint_url}/{account}/orders"
    role = boto3.client("iam").create_role(RoleName="mine", AssumeRolePolicyDocument=json.dumps({"Statement": []}))[
        "Role"
    ]["Arn"]
    deploy("work/lookup.py", "lookup", role=role, layers=[layer], environment={"QUEUE_URL": queue})
    text = capsys.readouterr().out
    assert account not in text
    assert cloud.endpoint_url not in text
    assert 'Role=iam.get_role(RoleName="mine")["Role"]["Arn"]' in text
    assert '"QUEUE_URL": "<endpoint>/<account>/orders"' in text
    assert 'Layers=["arn:aws:lambda:us-east-1:<account>:layer:tools:1"]' in text


def test_active_tracing_is_switched_on_and_off_again_and_the_role_may_write_traces(
    client: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("work/lookup.py", "lookup", tracing=True)
    lines = printed(capsys)
    assert 'TracingConfig={"Mode": "Active"}' in lines[-2]
    attached = client("iam").list_attached_role_policies(RoleName="lookup-role")["AttachedPolicies"]
    assert {one["PolicyName"] for one in attached} == {"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"}
    deploy("work/lookup.py", "lookup")
    assert 'TracingConfig={"Mode": "PassThrough"}' in printed(capsys)[0]
    deploy("work/lookup.py", "lookup", tracing=True)
    assert printed(capsys)[0] == (
        'lambda_.update_function_configuration(FunctionName="lookup", TracingConfig={"Mode": "Active"})'
    )


def test_nothing_is_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    deploy("work/lookup.py", "lookup", show=False)
    assert printed(capsys) == []


def test_a_role_can_be_given_by_name_and_must_exist() -> None:
    boto3.client("iam").create_role(RoleName="mine", AssumeRolePolicyDocument="{}")
    deploy("work/lookup.py", "lookup", role="mine", show=False)
    with pytest.raises(CourseError, match="there is no role named yours in this account: create it first"):
        deploy("work/lookup.py", "lookup", role="yours")


def test_a_wrong_role_arn_is_refused_with_awss_own_error() -> None:
    with pytest.raises(ClientError) as refused:
        deploy("work/lookup.py", "lookup", role="arn:aws:iam::123456789012:role/nobody", show=False)
    assert refused.value.response["Error"]["Code"] in ("InvalidParameterValueException", "AccessDeniedException")


def test_a_missing_file_is_one_sentence() -> None:
    with pytest.raises(
        CourseError, match=r"^there is no file work/missing.py to deploy: run the cell that writes it first"
    ):
        deploy("work/missing.py", "lookup")
    with pytest.raises(CourseError, match="there is no file work/rules.json to deploy"):
        deploy("work/lookup.py", "lookup", files=["work/rules.json"])


@pytest.mark.parametrize(
    ("source", "note"),
    [
        (
            "def other(event, context): ...\n",
            "note: work/lookup.py defines no lambda_handler, so the function will fail with Runtime.HandlerNotFound",
        ),
        ("class Box:\n    def lambda_handler(self): ...\n", "note: work/lookup.py defines no lambda_handler"),
        ("def lambda_handler(event, context:\n", "note: work/lookup.py is not valid Python (line 1:"),
    ],
)
def test_a_handler_that_will_not_be_found_is_deployed_with_a_note(
    source: str, note: str, client: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("work/lookup.py").write_text(source)
    deploy("work/lookup.py", "lookup")
    assert printed(capsys)[0].startswith(note)
    assert client("lambda").get_function_configuration(FunctionName="lookup")["Handler"] == "lookup.lambda_handler"


@pytest.mark.parametrize(
    "source",
    [
        "async def lambda_handler(e, c): ...",
        "lambda_handler = print",
        "from app import handle as lambda_handler",
        "if True:\n    def lambda_handler(e, c): ...",
    ],
)
def test_a_handler_may_be_defined_in_any_way(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("work/lookup.py").write_text(source)
    deploy("work/lookup.py", "lookup")
    assert not printed(capsys)[0].startswith("note")


def test_the_zip_is_the_same_whenever_and_wherever_it_is_made(tmp_path: Path) -> None:
    first = build_zip(Path("work/lookup.py"))
    there = tmp_path / "elsewhere"
    there.mkdir()
    (there / "lookup.py").write_text(HANDLER)
    code = f"import sys, pathlib; from helpers.cloud.bundle import build_zip; sys.stdout.buffer.write(build_zip(pathlib.Path({str(there / 'lookup.py')!r})))"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    )
    assert other.stdout == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.date_time, entry.external_attr >> 16) == (
            "lookup.py",
            (1980, 1, 1, 0, 0, 0),
            0o100644,
        )


def test_files_beside_the_handler_keep_their_place_and_caches_stay_out() -> None:
    Path("work/rules/deep").mkdir(parents=True)
    Path("work/rules/deep/tax.json").write_text("{}")
    Path("work/rules/__pycache__").mkdir()
    Path("work/rules/__pycache__/x.pyc").write_text("")
    Path("shared.py").write_text("")
    archive = zipfile.ZipFile(io.BytesIO(build_zip(Path("work/lookup.py"), [Path("work/rules"), Path("shared.py")])))
    assert archive.namelist() == ["lookup.py", "rules/deep/tax.json", "shared.py"]


def test_packages_are_bundled_with_their_dependencies_and_without_what_the_runtime_has(tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(build_zip(Path("work/lookup.py"), packages=["yaml", "jsonschema"])))
    tops = {name.split("/")[0] for name in archive.namelist()}
    assert {"lookup.py", "yaml", "jsonschema", "referencing", "rpds", "attrs"} <= tops
    assert not tops & {"boto3", "botocore"}
    assert not any("__pycache__" in name or name.endswith("/RECORD") for name in archive.namelist())
    archive.extractall(tmp_path / "task")
    code = "import yaml, jsonschema; jsonschema.validate({'a': 1}, {'type': 'object'}); print(yaml.__file__)"
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path / "task",
        env={"PYTHONPATH": "."},
    )
    assert str(tmp_path / "task") in run.stdout


def test_what_the_runtime_ships_is_bundled_when_it_is_named() -> None:
    names = zipfile.ZipFile(io.BytesIO(build_zip(Path("work/lookup.py"), packages=["jmespath"]))).namelist()
    assert "jmespath/__init__.py" in names


def test_a_package_that_cannot_be_bundled_is_one_sentence() -> None:
    with pytest.raises(
        CourseError, match=r"the package nonesuch is not installed here: install it with `pip install nonesuch`"
    ):
        deploy("work/lookup.py", "lookup", packages=["nonesuch"])
    with pytest.raises(CourseError, match="the package serverless-day22 is only linked into this Python"):
        deploy("work/lookup.py", "lookup", packages=["serverless-day22"])


def test_a_compiled_package_that_aws_could_not_load_is_known_before() -> None:
    from helpers.cloud.bundle import foreign_binaries

    assert foreign_binaries(["jmespath"], "python3.13") == []
    running = f"python{sys.version_info.major}.{sys.version_info.minor}"
    fits_here = foreign_binaries(["yaml"], running) == []
    assert fits_here == sys.platform.startswith("linux")
    assert [name.split()[0] for name in foreign_binaries(["yaml"], "python2.7")] == ["PyYAML"]
