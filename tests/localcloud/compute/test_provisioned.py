"""Provisioned concurrency: environments that are there before anybody calls."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess
from tests.localcloud.compute.conftest import Control
from tests.localcloud.compute.quota_help import metric, set_quotas
from tests.localcloud.conftest import Functions, Gate, eventually

SAYS_WHO_IT_IS = """
    import os, uuid
    identity = str(uuid.uuid4())
    def handler(event, context):
        if event == "die":
            os._exit(3)
        return [identity, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""
SETTINGS: dict[str, Any] = {"Publish": True, "Timeout": 60}


def ready(functions: Functions, qualifier: str, wanted: str = "READY") -> dict[str, Any]:
    def look() -> Any:
        config = functions.aws.get_provisioned_concurrency_config(FunctionName="shop", Qualifier=qualifier)
        return config if config["Status"] == wanted else None

    return eventually(look)  # type: ignore[no-any-return]


def provision(functions: Functions, qualifier: str, units: int) -> dict[str, Any]:
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="shop", Qualifier=qualifier, ProvisionedConcurrentExecutions=units
    )
    return ready(functions, qualifier)


def test_environments_are_initialised_ahead_and_serve_the_first_call_warm(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    answer = functions.aws.put_provisioned_concurrency_config(
        FunctionName="shop", Qualifier="1", ProvisionedConcurrentExecutions=2
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["Status"] == "IN_PROGRESS"
    config = ready(functions, "1")
    assert config["RequestedProvisionedConcurrentExecutions"] == 2
    assert config["AvailableProvisionedConcurrentExecutions"] == 2
    assert config["AllocatedProvisionedConcurrentExecutions"] == 2
    lines = functions.log("shop")
    assert [line.split(" ")[0] for line in lines] == ["INIT_START", "INIT_REPORT"] * 2
    answer = functions.invoke("shop", 0, Qualifier="1")
    assert answer["Payload"][1] == "provisioned-concurrency"
    assert "INIT_START" not in answer["Log"] and "Init Duration" not in answer["Log"]
    assert functions.invoke("shop", 0)["Payload"][1] == "on-demand"


def test_what_comes_on_top_spills_over_to_environments_on_demand(functions: Functions, gate: Gate) -> None:
    functions.create("shop", SAYS_WHO_IT_IS.replace("return", f"{gate.wait}; return"), **SETTINGS)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    provision(functions, "live", 2)
    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(functions.invoke, "shop", Qualifier="live") for _ in range(3)]
        eventually(lambda: gate.arrived == 3)
        gate.open()
        answers = [one.result()["Payload"] for one in running]
    assert sorted(kind for _, kind in answers) == ["on-demand", "provisioned-concurrency", "provisioned-concurrency"]
    where = {"FunctionName": "shop", "Resource": "shop:live"}
    assert metric(functions, "ProvisionedConcurrencyInvocations", **where) == 2
    assert metric(functions, "ProvisionedConcurrencySpilloverInvocations", **where) == 1
    assert metric(functions, "ProvisionedConcurrentExecutions", "Maximum", **where) == 2
    assert metric(functions, "ProvisionedConcurrencyUtilization", "Maximum", **where) == 1
    assert metric(functions, "ProvisionedConcurrencyInvocations") is None
    assert metric(functions, "Invocations", **where) == 3
    assert metric(functions, "ClaimedAccountConcurrency", "Maximum") == 3


def test_a_provisioned_environment_that_dies_is_replaced(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    provision(functions, "1", 1)
    first = functions.invoke("shop", 0, Qualifier="1")["Payload"]
    assert functions.invoke("shop", "die", Qualifier="1")["FunctionError"] == "Unhandled"
    ready(functions, "1")
    second = functions.invoke("shop", 0, Qualifier="1")["Payload"]
    assert second[1] == "provisioned-concurrency" and second[0] != first[0]


def test_killed_environments_come_back_by_themselves(functions: Functions, control: Control) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    provision(functions, "1", 2)
    first = functions.invoke("shop", 0, Qualifier="1")["Payload"]
    assert control("environments/kill", {"function": "shop"})["killed"] == 2
    ready(functions, "1")
    answer = functions.invoke("shop", 0, Qualifier="1")
    assert answer["Payload"][1] == "provisioned-concurrency" and answer["Payload"][0] != first[0]
    assert "INIT_START" not in answer["Log"]


def test_an_init_that_fails_makes_the_allocation_fail(functions: Functions) -> None:
    functions.create("shop", "raise ValueError('no stock')", **SETTINGS)
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="shop", Qualifier="1", ProvisionedConcurrentExecutions=1
    )
    config = ready(functions, "1", "FAILED")
    assert config["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
    assert config["AllocatedProvisionedConcurrentExecutions"] == 0
    assert any(line.startswith("INIT_REPORT") and "Status: error" in line for line in functions.log("shop"))


def test_an_init_may_take_longer_than_the_ten_seconds_on_demand(functions: Functions) -> None:
    functions.create("shop", "import time\ntime.sleep(11)\ndef handler(event, context): return 1", **SETTINGS)
    assert provision(functions, "1", 1)["Status"] == "READY"
    assert functions.invoke("shop", Qualifier="1")["Payload"] == 1


def test_an_alias_that_moves_takes_its_environments_along(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    provision(functions, "live", 2)
    old = functions.invoke("shop", 0, Qualifier="live")
    functions.aws.update_function_configuration(FunctionName="shop", MemorySize=256)
    functions.aws.publish_version(FunctionName="shop")
    functions.aws.update_alias(FunctionName="shop", Name="live", FunctionVersion="2")
    ready(functions, "live")
    new = functions.invoke("shop", 0, Qualifier="live")
    assert (old["ExecutedVersion"], new["ExecutedVersion"]) == ("1", "2")
    assert new["Payload"][1] == "provisioned-concurrency" and new["Payload"][0] != old["Payload"][0]
    assert functions.invoke("shop", 0, Qualifier="1")["Payload"][1] == "on-demand"


def test_a_weighted_alias_shares_out_its_environments(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    functions.aws.update_function_configuration(FunctionName="shop", MemorySize=256)
    functions.aws.publish_version(FunctionName="shop")
    provision(functions, "live", 4)
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    functions.aws.update_alias(FunctionName="shop", Name="live", RoutingConfig=weights)
    ready(functions, "live")
    answers = [functions.invoke("shop", 0, Qualifier="live") for _ in range(24)]
    assert {answer["ExecutedVersion"] for answer in answers} == {"1", "2"}
    assert {answer["Payload"][1] for answer in answers} == {"provisioned-concurrency"}


def test_configurations_are_listed_changed_and_deleted(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.update_function_configuration(FunctionName="shop", MemorySize=256)
    functions.aws.publish_version(FunctionName="shop")
    provision(functions, "1", 1)
    assert provision(functions, "2", 3)["AllocatedProvisionedConcurrentExecutions"] == 3
    assert provision(functions, "2", 1)["AllocatedProvisionedConcurrentExecutions"] == 1
    listed = functions.aws.list_provisioned_concurrency_configs(FunctionName="shop")["ProvisionedConcurrencyConfigs"]
    assert [one["FunctionArn"].rsplit(":", 1)[1] for one in listed] == ["1", "2"]
    pages = functions.aws.get_paginator("list_provisioned_concurrency_configs").paginate(
        FunctionName="shop", PaginationConfig={"PageSize": 1}
    )
    assert [len(page["ProvisionedConcurrencyConfigs"]) for page in pages] == [1, 1]
    functions.aws.delete_provisioned_concurrency_config(FunctionName="shop", Qualifier="1")
    with pytest.raises(functions.aws.exceptions.ProvisionedConcurrencyConfigNotFoundException) as raised:
        functions.aws.get_provisioned_concurrency_config(FunctionName="shop", Qualifier="1")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert functions.invoke("shop", 0, Qualifier="1")["Payload"][1] == "on-demand"
    functions.aws.delete_function(FunctionName="shop")
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    assert (
        functions.aws.list_provisioned_concurrency_configs(FunctionName="shop")["ProvisionedConcurrencyConfigs"] == []
    )


@pytest.mark.parametrize(
    ("qualifier", "units", "code", "said"),
    [
        ("$LATEST", 1, "InvalidParameterValueException", "cannot be applied to unpublished function versions"),
        ("latest", 1, "InvalidParameterValueException", "cannot be applied to unpublished function versions"),
        ("7", 1, "ResourceNotFoundException", "Function not found: .*:shop:7"),
        ("gone", 1, "ResourceNotFoundException", "Cannot find alias arn: .*:shop:gone"),
        ("1", 0, "ValidationException", "greater than or equal to 1"),
        ("1", 11, "InvalidParameterValueException", "not be greater than the reservedConcurrentExecution for function"),
        ("live", 10, "ResourceConflictException", "on an already Provisioned version"),
    ],
)
def test_bad_configurations_are_refused_in_the_words_of_aws(
    functions: Functions, cloud: CloudProcess, account: str, qualifier: str, units: int, code: str, said: str
) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.create_alias(FunctionName="shop", Name="latest", FunctionVersion="$LATEST")
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=10)
    provision(functions, "1", 1)
    unchecked = cloud.client("lambda", account, config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match=said) as raised:
        unchecked.put_provisioned_concurrency_config(
            FunctionName="shop", Qualifier=qualifier, ProvisionedConcurrentExecutions=units
        )
    assert raised.value.response["Error"]["Code"] == code


def test_a_version_and_its_alias_are_not_provisioned_at_the_same_time(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    provision(functions, "live", 1)
    with pytest.raises(ClientError, match="Version is pointed by a Provisioned Concurrency alias"):
        provision(functions, "1", 1)
    with pytest.raises(ClientError, match="unpublished function versions"):
        functions.aws.update_alias(FunctionName="shop", Name="live", FunctionVersion="$LATEST")


def test_reserved_concurrency_cannot_fall_below_what_is_provisioned(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    provision(functions, "1", 2)
    with pytest.raises(ClientError, match=r"should not be lower than function's total provisioned concurrency \[2\]"):
        functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=1)


def test_where_all_that_is_reserved_is_provisioned_nothing_runs_on_demand(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=1)
    provision(functions, "1", 1)
    assert functions.invoke("shop", 0, Qualifier="1")["Payload"][1] == "provisioned-concurrency"
    with pytest.raises(functions.aws.exceptions.TooManyRequestsException) as raised:
        functions.invoke("shop", 0)
    assert raised.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_provisioned_concurrency_leaves_a_hundred_units_of_the_account(functions: Functions, control: Control) -> None:
    set_quotas(control, concurrency=110)
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        provision(functions, "1", 11)
    set_quotas(control, concurrency=None)
    with pytest.raises(ClientError, match="more than 100 units of provisioned concurrency"):
        provision(functions, "1", 101)


def test_json_logs_tell_how_an_environment_came_to_be(functions: Functions) -> None:
    logging = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}
    functions.create("shop", SAYS_WHO_IT_IS, LoggingConfig=logging, **SETTINGS)
    provision(functions, "1", 1)
    records = [json.loads(line) for line in functions.log("shop")]
    assert [record["type"] for record in records] == [
        "platform.initStart",
        "platform.initRuntimeDone",
        "platform.initReport",
    ]
    assert {record["record"]["initializationType"] for record in records} == {"provisioned-concurrency"}


def test_a_provisioned_environment_takes_ten_requests_a_second(functions: Functions) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    provision(functions, "1", 1)

    def kinds() -> set[str]:
        return {functions.invoke("shop", 0, Qualifier="1")["Payload"][1] for _ in range(40)}

    eventually(lambda: kinds() == {"provisioned-concurrency", "on-demand"}, 60)


def test_a_reset_ends_environments_that_are_ready_and_those_that_are_not(
    functions: Functions, control: Control
) -> None:
    functions.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    functions.create("slow", "import time\ntime.sleep(60)\ndef handler(event, context): return 1", **SETTINGS)
    provision(functions, "1", 2)
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="slow", Qualifier="1", ProvisionedConcurrentExecutions=1
    )
    control("reset", {})
    again = Functions(functions.client)
    again.create("shop", SAYS_WHO_IT_IS, **SETTINGS)
    assert again.aws.list_provisioned_concurrency_configs(FunctionName="shop")["ProvisionedConcurrencyConfigs"] == []
    assert again.invoke("shop", 0, Qualifier="1")["Payload"][1] == "on-demand"
    assert again.log("slow") == []
    assert again.aws.get_account_settings()["AccountUsage"]["FunctionCount"] == 1


def test_a_slow_init_shows_as_in_progress_and_calls_run_on_demand_meanwhile(functions: Functions, gate: Gate) -> None:
    source = f"""
        import os
        kind = os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
        if kind != "on-demand":
            {gate.wait}
        def handler(event, context):
            return kind
    """
    functions.create("shop", source, **SETTINGS)
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="shop", Qualifier="1", ProvisionedConcurrentExecutions=1
    )
    asked = functions.aws.get_provisioned_concurrency_config(FunctionName="shop", Qualifier="1")
    assert (asked["Status"], asked["AvailableProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 0)
    assert functions.invoke("shop", 0, Qualifier="1")["Payload"] == "on-demand"
    gate.open()
    ready(functions, "1")
    assert functions.invoke("shop", 0, Qualifier="1")["Payload"] == "provisioned-concurrency"
    where = {"FunctionName": "shop", "Resource": "shop:1"}
    assert metric(functions, "ProvisionedConcurrencySpilloverInvocations", **where) == 1
