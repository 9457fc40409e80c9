"""Quotas of an account, and the Reason for which a request is throttled."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP
from tests.localcloud.compute.conftest import Control
from tests.localcloud.compute.quota_help import metric, set_quotas
from tests.localcloud.conftest import Functions, Gate, eventually

ECHO = "def handler(event, context): return event"


class Held:
    """Invocations of ``shop`` that wait at a gate."""

    def __init__(self, functions: Functions, gate: Gate) -> None:
        functions.create("shop", f"def handler(event, context):\n    {gate.wait}\n    return event", Timeout=300)
        self._functions = functions
        self._gate = gate
        self._threads = ThreadPoolExecutor(8)
        self._held: list[Any] = []

    def one_more(self) -> None:
        """One more invocation, which runs when this returns."""
        self._held.append(self._threads.submit(self._functions.invoke, "shop", len(self._held)))
        eventually(lambda: self._gate.arrived == len(self._held))

    def let_go(self) -> list[Any]:
        """Their answers."""
        self._gate.open()
        answers = [held.result()["Payload"] for held in self._held]
        self._threads.shutdown()
        return answers


def reason(functions: Functions, name: str = "shop", **options: Any) -> tuple[str, str]:
    """Why an invocation is throttled, and after how many seconds to come back."""
    with pytest.raises(functions.aws.exceptions.TooManyRequestsException) as raised:
        functions.invoke(name, 1, **options)
    response: Any = raised.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert (response["Type"], response["message"]) == ("User", "Rate Exceeded.")
    return response["Reason"], response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]


def burst(functions: Functions, count: int, name: str = "shop") -> list[str]:
    """The Reason of each of ``count`` calls, as fast as they go; empty when it was answered."""

    def call(number: int) -> str:
        try:
            functions.invoke(name, number)
        except ClientError as error:
            return str(error.response["Reason"])  # type: ignore[typeddict-item]
        return ""

    return [call(number) for number in range(count)]


def test_account_settings_tell_limits_and_usage(functions: Functions) -> None:
    functions.create("shop", ECHO, Publish=True)
    functions.create("kept", ECHO)
    functions.aws.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=150)
    settings = functions.aws.get_account_settings()
    size = functions.aws.get_function(FunctionName="shop")["Configuration"]["CodeSize"]
    assert settings["AccountLimit"] == {
        "TotalCodeSize": 322_122_547_200,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": 1000,
        "UnreservedConcurrentExecutions": 850,
    }
    assert settings["AccountUsage"] == {"TotalCodeSize": 3 * size, "FunctionCount": 2}


def test_reserved_concurrency_is_read_changed_and_deleted(functions: Functions) -> None:
    functions.create("shop", ECHO, Publish=True)
    assert "ReservedConcurrentExecutions" not in functions.aws.get_function_concurrency(FunctionName="shop")
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=7)
    assert functions.aws.get_function_concurrency(FunctionName="shop")["ReservedConcurrentExecutions"] == 7
    functions.aws.delete_function_concurrency(FunctionName="shop")
    assert "ReservedConcurrentExecutions" not in functions.aws.get_function_concurrency(FunctionName="shop")
    with pytest.raises(ClientError, match="permitted on Lambda functions only"):
        functions.aws.put_function_concurrency(FunctionName="shop:1", ReservedConcurrentExecutions=1)
    with pytest.raises(functions.aws.exceptions.ResourceNotFoundException):
        functions.aws.put_function_concurrency(FunctionName="gone", ReservedConcurrentExecutions=1)


def test_an_account_of_two_has_no_room_for_a_third(functions: Functions, control: Control, gate: Gate) -> None:
    set_quotas(control, concurrency=2)
    assert functions.aws.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 2
    functions.create("other", ECHO)
    held = Held(functions, gate)
    held.one_more()
    held.one_more()
    assert reason(functions, "other") == ("ConcurrentInvocationLimitExceeded", "1")
    assert metric(functions, "Throttles") == 1
    assert metric(functions, "Throttles", FunctionName="other") == 1
    assert metric(functions, "Throttles", FunctionName="shop") is None
    assert held.let_go() == [0, 1]
    assert functions.invoke("other", 5)["Payload"] == 5


def test_what_is_reserved_is_taken_from_the_others_whether_it_is_used_or_not(
    functions: Functions, control: Control, gate: Gate
) -> None:
    set_quotas(control, concurrency=103)
    held = Held(functions, gate)
    functions.create("kept", ECHO)
    functions.aws.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=3)
    with pytest.raises(ClientError, match=r"below its minimum value of \[100\]"):
        functions.aws.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=4)
    set_quotas(control, concurrency=4)
    held.one_more()
    assert reason(functions) == ("ConcurrentInvocationLimitExceeded", "1")
    assert functions.invoke("kept", 2)["Payload"] == 2
    assert metric(functions, "ClaimedAccountConcurrency", "Maximum") == 4
    held.let_go()


def test_a_small_account_can_reserve_nothing(functions: Functions, control: Control) -> None:
    set_quotas(control, concurrency=20)
    functions.create("shop", ECHO)
    with pytest.raises(ClientError, match=r"below its minimum value of \[20\]"):
        functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=1)
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=0)
    assert reason(functions)[0] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_requests_in_a_second_are_ten_for_each_unit_that_is_reserved(functions: Functions, control: Control) -> None:
    functions.create("shop", ECHO)
    functions.invoke("shop")
    functions.aws.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=1)
    assert burst(functions, 10) == [""] * 10
    eventually(lambda: "ReservedFunctionInvocationRateLimitExceeded" in burst(functions, 40), 60)
    control("clock/advance", {"seconds": 1})
    assert functions.invoke("shop", 1)["Payload"] == 1


def test_requests_in_a_second_are_ten_for_each_unit_of_the_account(functions: Functions, control: Control) -> None:
    functions.create("shop", ECHO)
    functions.invoke("shop")
    set_quotas(control, concurrency=1)
    assert burst(functions, 10) == [""] * 10
    eventually(lambda: "FunctionInvocationRateLimitExceeded" in burst(functions, 40), 60)
    control("clock/advance", {"seconds": 1})
    assert functions.invoke("shop", 1)["Payload"] == 1


def test_a_function_gains_environments_only_so_fast(functions: Functions, control: Control, gate: Gate) -> None:
    functions.create("shop", f"def handler(event, context):\n    {gate.wait}", Timeout=300)
    functions.create("other", ECHO)
    set_quotas(control, scaling=1)

    def together(count: int, room: int) -> list[str]:
        """Why each of ``count`` calls was refused, where ``room`` of them run at once."""
        before = gate.arrived
        with ThreadPoolExecutor(count) as threads:
            calls = [threads.submit(burst, functions, 1) for _ in range(count)]
            eventually(lambda: gate.arrived - before == room and sum(call.done() for call in calls) == count - room)
            gate.open()
            return sorted(reason for call in calls for reason in call.result())

    assert together(3, 1) == ["", "ConcurrentInvocationLimitExceeded", "ConcurrentInvocationLimitExceeded"]
    assert functions.invoke("other", 3)["Payload"] == 3
    assert burst(functions, 1) == [""]
    gate.shut()
    control("clock/advance", {"seconds": 10})
    assert together(3, 2) == ["", "", "ConcurrentInvocationLimitExceeded"]


def test_calls_of_the_api_are_counted_where_a_quota_says_so(functions: Functions, control: Control) -> None:
    functions.create("shop", ECHO)
    set_quotas(control, api_requests=3)

    def ask() -> None:
        for _ in range(1_000):
            functions.aws.get_account_settings()

    with pytest.raises(functions.aws.exceptions.TooManyRequestsException) as raised:
        ask()
    response: Any = raised.value.response
    assert (response["Reason"], response["ResponseMetadata"]["HTTPStatusCode"]) == ("CallerRateLimitExceeded", 429)
    assert functions.invoke("shop", 1)["Payload"] == 1
    control("clock/advance", {"seconds": 1})
    assert functions.aws.get_account_settings()["AccountUsage"]["FunctionCount"] == 1


@pytest.mark.parametrize(
    "body", [{"concurrency": 0}, {"concurrency": True}, {"concurrency": "20"}, {"speed": 3}, {"region": 7}, [1], "x"]
)
def test_quotas_that_make_no_sense_are_refused(cloud: Any, account: str, body: Any) -> None:
    answer = HTTP.post(
        f"{cloud.endpoint_url}/_localcloud/quotas",
        content=json.dumps(body),
        headers={"x-localcloud-account": account},
    )
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_quotas_of_a_region_that_does_not_exist_are_refused_by_its_name(cloud: Any, account: str) -> None:
    answer = HTTP.post(
        f"{cloud.endpoint_url}/_localcloud/quotas",
        json={"region": "us-esat-1", "concurrency": 20},
        headers={"x-localcloud-account": account},
    )
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "there is no Region 'us-esat-1': name one that has Lambda, such as us-east-1",
    }


def test_quotas_end_with_the_account(cloud: Any, account: str, control: Control) -> None:
    set_quotas(control, concurrency=20)
    own = {"x-localcloud-account": account}
    url = f"{cloud.endpoint_url}/_localcloud/quotas"
    assert HTTP.get(url, headers=own).json() == {
        "region": "us-east-1",
        "concurrency": 20,
        "scaling": 1000,
        "api_requests": None,
    }
    assert HTTP.get(url, params={"region": "eu-west-1"}, headers=own).json()["concurrency"] == 1000
    control("reset", {})
    assert HTTP.get(url, headers=own).json()["concurrency"] == 1000


def test_more_concurrency_is_asked_for_at_service_quotas(functions: Functions, control: Control) -> None:
    quotas = functions.client("service-quotas")
    named = {"ServiceCode": "lambda", "QuotaCode": "L-B99A9384"}
    assert quotas.get_service_quota(**named)["Quota"]["Value"] == 1000
    with pytest.raises(ClientError, match="greater than the current quota value of 1000.0"):
        quotas.request_service_quota_increase(**named, DesiredValue=1000)
    asked = quotas.request_service_quota_increase(**named, DesiredValue=1500)["RequestedQuota"]
    assert asked["Status"] == "PENDING"
    assert quotas.get_requested_service_quota_change(RequestId=asked["Id"])["RequestedQuota"]["Status"] == "APPROVED"
    assert [
        one["Id"] for one in quotas.list_requested_service_quota_change_history_by_quota(**named)["RequestedQuotas"]
    ] == [asked["Id"]]
    assert functions.aws.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1500
    assert quotas.list_service_quotas(ServiceCode="lambda")["Quotas"][0]["Value"] == 1500
    assert quotas.get_aws_default_service_quota(**named)["Quota"]["Value"] == 1000
    set_quotas(control, concurrency=20)
    with pytest.raises(ClientError, match="greater than the default quota value of 1000.0"):
        quotas.request_service_quota_increase(**named, DesiredValue=100)
    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-00000000")


def test_sixty_four_invocations_at_once_are_held_and_all_answered(
    functions: Functions, control: Control, gate: Gate
) -> None:
    source = f"def handler(event, context):\n    {gate.wait}\n    return event"
    functions.create("shop", source, Timeout=300, Publish=True)
    functions.aws.put_provisioned_concurrency_config(
        FunctionName="shop", Qualifier="1", ProvisionedConcurrentExecutions=64
    )

    def provisioned() -> bool:
        asked = functions.aws.get_provisioned_concurrency_config(FunctionName="shop", Qualifier="1")
        return bool(asked["Status"] == "READY")

    eventually(provisioned, 120)
    clients = [functions.client("lambda") for _ in range(4)]

    def call(number: int) -> Any:
        client = clients[number % len(clients)]
        answer = client.invoke(FunctionName="shop", Qualifier="1", Payload=json.dumps(number))
        return json.loads(answer["Payload"].read())

    with ThreadPoolExecutor(64) as threads:
        calls = [threads.submit(call, number) for number in range(128)]
        eventually(lambda: gate.arrived == 64)
        gate.open()
        assert [one.result() for one in calls] == list(range(128))
    where = {"FunctionName": "shop", "Resource": "shop:1"}
    assert metric(functions, "ProvisionedConcurrentExecutions", "Maximum", **where) == 64
    assert metric(functions, "ProvisionedConcurrencyInvocations", **where) == 128
    assert metric(functions, "Throttles", **where) == 0
    functions.aws.delete_function(FunctionName="shop")
