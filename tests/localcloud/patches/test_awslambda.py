"""Contract of each patched point of moto.awslambda: its signature; and behaviour that the tests of compute do not show."""

from __future__ import annotations

import importlib
import inspect
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import helpers.localcloud.patches as patches
from tests.localcloud.conftest import Functions, eventually, functions, zipped

__all__ = ["functions"]

PARAMETERS = {
    "moto.awslambda.models:LambdaFunction.invoke": ["self", "body", "request_headers", "response_headers"],
    "moto.awslambda.responses:LambdaResponse.setup_class": ["self", "request", "full_url", "headers", "use_raw_body"],
    "moto.awslambda.responses:LambdaResponse.invoke": ["self"],
    "moto.core.responses:BaseResponse._enrich_response": ["headers", "body"],
    "moto.awslambda.responses:LambdaResponse.invoke_async": ["self"],
    "moto.awslambda.models:LambdaFunction.__init__": ["self", "account_id", "spec", "region", "version"],
    "moto.awslambda.models:LambdaFunction._get_layers_data": ["self", "layers_versions_arns"],
    "moto.awslambda.models:LambdaFunction.get_configuration": ["self", "on_create"],
    "moto.awslambda.models:LambdaFunction.get_code": ["self"],
    "moto.awslambda.models:LambdaFunction.update_configuration": ["self", "config_updates"],
    "moto.awslambda.models:LambdaFunction.update_function_code": ["self", "updated_spec"],
    "moto.awslambda.models:LambdaBackend.update_function_code": ["self", "function_name", "qualifier", "body"],
    "moto.awslambda.models:LambdaBackend.create_function": ["self", "spec"],
    "moto.awslambda.models:LambdaStorage.put_function": ["self", "fn"],
    "moto.awslambda.models:LambdaBackend.publish_layer_version": ["self", "spec"],
    "moto.awslambda.models:LambdaStorage.publish_version": ["self", "name_or_arn", "description"],
    "moto.awslambda.models:LambdaStorage.del_function": ["self", "name_or_arn", "qualifier"],
    "moto.awslambda.models:LambdaStorage.all": ["self"],
    "moto.awslambda.models:LambdaStorage.put_alias": [
        "self",
        "name",
        "function_name",
        "function_version",
        "description",
        "routing_config",
    ],
    "moto.awslambda.models:LambdaStorage.update_alias": [
        "self",
        "name",
        "function_name",
        "function_version",
        "description",
        "routing_config",
    ],
    "moto.awslambda.models:LambdaBackend.put_function_concurrency": ["self", "function_name", "reserved_concurrency"],
    "moto.awslambda.responses:LambdaResponse.put_function_event_invoke_config": ["self"],
    "moto.awslambda.responses:LambdaResponse.update_function_event_invoke_config": ["self"],
    "moto.awslambda.responses:LambdaResponse.get_function_event_invoke_config": ["self"],
    "moto.awslambda.responses:LambdaResponse.delete_function_event_invoke_config": ["self"],
    "moto.awslambda.responses:LambdaResponse.list_function_event_invoke_configs": ["self"],
    "moto.awslambda.responses:LambdaResponse.create_event_source_mapping": ["self"],
    "moto.awslambda.responses:LambdaResponse.update_event_source_mapping": ["self"],
    "moto.awslambda.responses:LambdaResponse.delete_event_source_mapping": ["self"],
    "moto.awslambda.responses:LambdaResponse.get_event_source_mapping": ["self"],
    "moto.awslambda.responses:LambdaResponse.list_event_source_mappings": ["self"],
    "moto.awslambda.models:LambdaBackend.create_event_source_mapping": ["self", "spec"],
    "moto.awslambda.models:LambdaBackend.update_event_source_mapping": ["self", "uuid", "spec"],
    "moto.awslambda.models:LambdaBackend.delete_event_source_mapping": ["self", "uuid"],
    "moto.awslambda.models:LambdaBackend.list_event_source_mappings": ["self", "event_source_arn", "function_name"],
    "moto.awslambda.models:LambdaBackend._get_resource_by_arn": ["self", "arn"],
    "moto.awslambda.models:LambdaBackend.delete_function": ["self", "function_name", "qualifier"],
}
ECHO = "def handler(event, context):\n    print('got', event)\n    return event"


def attribute(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part)
    return found.__func__ if isinstance(found, staticmethod) else found


def test_moto_is_the_release_that_was_read() -> None:
    assert version("moto") == "5.2.5"


def test_every_patched_point_is_listed_here() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(patches.__file__).parent.glob("awslambda*.py")]
    assert sorted(PARAMETERS) == sorted(
        target for source in sources for target in re.findall(r'@patch\(\s*"([^"]+)"', source)
    )


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert list(inspect.signature(attribute(target)).parameters) == PARAMETERS[target]


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
