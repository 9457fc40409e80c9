"""moto.awslambda patched: behaviour that the tests of compute do not show."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, eventually, functions, zipped

__all__ = ["functions"]

ECHO = "def handler(event, context):\n    print('got', event)\n    return event"


def test_moto_still_keeps_functions_the_way_the_data_plane_reads_them() -> None:
    from moto.awslambda.models import LambdaStorage

    storage = LambdaStorage("us-east-1", "123456789012")
    assert (storage._functions, dict(storage._aliases)) == ({}, {})


def test_all_versions_are_listed_without_copying_the_log_store(functions: Functions) -> None:
    functions.create("shop", ECHO, Publish=True)
    listed = functions.aws.list_functions(FunctionVersion="ALL")["Functions"]
    assert [one["Version"] for one in listed] == ["$LATEST", "1"]
    assert listed[0]["FunctionArn"].endswith(":shop:$LATEST")


def test_the_old_asynchronous_call_answers_202_and_runs(functions: Functions) -> None:
    functions.create("shop", ECHO)
    assert functions.aws.invoke_async(FunctionName="shop", InvokeArgs=b'"order-1"')["Status"] == 202
    eventually(lambda: "got order-1\n" in functions.log("shop"))


def test_a_layer_must_be_a_zip(functions: Functions) -> None:
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        functions.aws.publish_layer_version(LayerName="tools", Content={"ZipFile": b"no zip"})


def test_publishing_while_updating_code_answers_with_the_new_version(functions: Functions) -> None:
    functions.create("shop", ECHO, Publish=True)
    answer = functions.aws.update_function_code(
        FunctionName="shop", ZipFile=zipped({"app.py": "def handler(e, c): return 2"}), Publish=True
    )
    assert (answer["Version"], answer["LastUpdateStatus"], answer["State"]) == ("2", "Successful", "Active")
    assert functions.invoke("shop", Qualifier="2")["Payload"] == 2


def test_a_dry_run_of_an_update_changes_nothing(functions: Functions) -> None:
    before = functions.create("shop", ECHO)
    answer = functions.aws.update_function_code(
        FunctionName="shop", ZipFile=zipped({"app.py": "def handler(e, c): return 2"}), DryRun=True
    )
    assert answer["CodeSha256"] != before["CodeSha256"]
    assert functions.aws.get_function_configuration(FunctionName="shop")["CodeSha256"] == before["CodeSha256"]


def test_settings_that_moto_drops_are_kept(functions: Functions) -> None:
    functions.create("shop", ECHO)
    functions.aws.update_function_configuration(
        FunctionName="shop", EphemeralStorage={"Size": 1024}, LoggingConfig={"LogGroup": "/loja/all"}
    )
    seen = functions.aws.get_function_configuration(FunctionName="shop")
    assert seen["EphemeralStorage"] == {"Size": 1024}
    assert seen["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/loja/all"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", seen["LastModified"])
