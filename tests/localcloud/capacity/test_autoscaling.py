"""Application Auto Scaling of DynamoDB tables, on the virtual clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import CloudProcess
from tests.localcloud.capacity.scaling_help import POLICY, WRITES, Scaling
from tests.localcloud.capacity.table_help import Client
from tests.localcloud.conftest import Functions, eventually


@pytest.fixture
def scaling(cloud: CloudProcess, client: Client) -> Scaling:
    return Scaling(cloud, client)


def test_two_minutes_above_the_target_scale_out(scaling: Scaling) -> None:
    scaling.create(5, 5)
    scaling.begin()
    scaling.minutes(1, 3)
    assert scaling.activities() == []
    scaling.minutes(2, 3)
    scaling.advance(40)
    assert scaling.capacity() == 7
    (activity,) = scaling.activities()
    assert activity["Description"] == "Setting write capacity units to 7."
    assert activity["Cause"] == f"monitor alarm {scaling.alarms[0]} in state ALARM triggered policy writes"
    assert activity["StatusCode"] == "Successful"
    assert activity["StatusMessage"] == (
        "Successfully set write capacity units to 7. Change successfully fulfilled by dynamodb."
    )
    assert 25 < (activity["EndTime"] - activity["StartTime"]).total_seconds() < 60
    history = scaling.client("cloudwatch").describe_alarm_history(
        AlarmName=scaling.alarms[0], HistoryItemType="Action"
    )["AlarmHistoryItems"]
    assert history[0]["HistorySummary"].startswith("Successfully executed action arn:aws:autoscaling:")
    high = scaling.client("cloudwatch").describe_alarms(AlarmNames=scaling.alarms[:1])["MetricAlarms"][0]
    assert high["Threshold"] == pytest.approx(7 * 60 * 0.7)


def test_fifteen_minutes_below_the_target_scale_in_and_silence_does_not(scaling: Scaling) -> None:
    scaling.create(5, 50)
    scaling.begin(least=2)
    scaling.advance(3_600)
    assert scaling.capacity() == 50
    scaling.minutes(14, 1)
    assert scaling.activities() == []
    scaling.minutes(2, 1)
    scaling.advance(40)
    assert scaling.capacity() == 3
    assert "AlarmLow" in scaling.activities()[0]["Cause"]


def test_a_capacity_stays_within_its_bounds(scaling: Scaling) -> None:
    scaling.create(5, 5)
    scaling.begin(most=6)
    scaling.minutes(3, 3)
    scaling.advance(40)
    assert scaling.capacity() == 6
    scaling.minutes(4, 3)
    assert len(scaling.activities()) == 1
    scaling.scaling.register_scalable_target(**WRITES, MinCapacity=9, MaxCapacity=20)
    scaling.advance(40)
    assert scaling.capacity() == 9
    assert scaling.activities()[0]["Cause"] == "minimum capacity was set to 9"
    scaling.scaling.register_scalable_target(**WRITES, MinCapacity=1, MaxCapacity=4)
    scaling.advance(40)
    assert scaling.capacity() == 4
    assert scaling.activities()[0]["Cause"] == "maximum capacity was set to 4"


def test_a_cooldown_holds_back_what_a_suspension_stops(scaling: Scaling) -> None:
    scaling.create(5, 50)
    scaling.begin(ScaleInCooldown=3_600)
    scaling.minutes(17, 5)
    scaling.advance(40)
    assert scaling.capacity() == 12
    scaling.minutes(17, 1)
    assert len(scaling.activities()) == 1
    scaling.scaling.register_scalable_target(**WRITES, SuspendedState={"DynamicScalingInSuspended": True})
    scaling.advance(3_600)
    scaling.minutes(17, 1)
    assert len(scaling.activities()) == 1
    scaling.scaling.register_scalable_target(**WRITES, SuspendedState={"DynamicScalingInSuspended": False})
    scaling.minutes(2, 1)
    assert len(scaling.activities()) == 2


def test_a_decrease_beyond_the_limit_is_a_failed_activity(scaling: Scaling) -> None:
    scaling.create(5, 50)
    for writes in (49, 48, 47, 46):
        scaling.update(5, writes)
        scaling.advance(31)
    scaling.begin()
    scaling.minutes(17, 1)
    told = scaling.table()["ProvisionedThroughput"]["NumberOfDecreasesToday"]
    if told == 4:  # unless midnight came in between
        assert scaling.activities()[0]["StatusCode"] == "Failed"
        assert "Provisioned throughput decreases are limited" in scaling.activities()[0]["StatusMessage"]


def test_alarms_follow_a_change_by_hand_and_go_with_their_policy(scaling: Scaling) -> None:
    scaling.create(5, 5)
    scaling.begin()
    cloudwatch = scaling.client("cloudwatch")
    scaling.update(5, 10)
    scaling.advance(40)

    def threshold(name: str) -> float:
        return float(cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["Threshold"])

    assert [threshold(name) for name in scaling.alarms] == pytest.approx([420.0, 300.0, 10.0, 10.0])
    scaling.policy(TargetValue=50.0)
    assert threshold(scaling.alarms[0]) == 300.0
    (told,) = scaling.scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert told["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 50.0
    (target,) = scaling.scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 100)
    scaling.scaling.deregister_scalable_target(**WRITES)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert scaling.scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []


def test_an_index_scales_on_its_own(scaling: Scaling) -> None:
    scaling.create(5, 100, index=(5, 5))
    index = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders/index/by-state",
        "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
    }
    scaling.scaling.register_scalable_target(**index, MinCapacity=1, MaxCapacity=50)
    scaling.scaling.put_scaling_policy(
        **index,
        PolicyName="index",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=POLICY,
    )
    scaling.advance(600)
    scaling.next_minute()
    for minute in range(3):
        for number in range(3):
            scaling.put(number, size=100_000, state=f"in minute {minute}, item {number}")
        scaling.next_minute()
    scaling.advance(40)
    (told,) = scaling.table()["GlobalSecondaryIndexes"]
    assert told["ProvisionedThroughput"]["WriteCapacityUnits"] > 5
    assert scaling.capacity() == 100


def test_provisioned_concurrency_scales_with_its_use(scaling: Scaling, functions: Functions) -> None:
    functions.create("shop", "def handler(event, context):\n    return 1\n", Publish=True)
    functions.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": "function:shop:live",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
    }
    scaling.scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    assert scaling.activities(ServiceNamespace="lambda")[0]["Cause"] == "minimum capacity was set to 1"
    utilization = {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}
    policy = scaling.scaling.put_scaling_policy(
        **target,
        PolicyName="warm",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 0.7, "PredefinedMetricSpecification": utilization},
    )
    assert len(policy["Alarms"]) == 2

    def config() -> dict[str, Any]:
        return functions.aws.get_provisioned_concurrency_config(  # type: ignore[no-any-return]
            FunctionName="shop", Qualifier="live"
        )

    eventually(lambda: config()["Status"] == "READY")
    scaling.next_minute()
    for _ in range(5):
        functions.invoke("shop", Qualifier="live")
        scaling.next_minute()
    assert config()["RequestedProvisionedConcurrentExecutions"] == 2
    first = scaling.activities(ServiceNamespace="lambda")[0]
    assert first["Description"] == "Setting provisioned concurrency to 2."
    assert first["StatusMessage"].endswith("Change successfully fulfilled by lambda.")


def test_what_does_not_scale_here_is_refused_by_name(scaling: Scaling) -> None:
    scaling.create(5, 5)
    aws = scaling.scaling

    def refused(operation: str, code: str = "ValidationException", **given: Any) -> str:
        error = scaling.refused(lambda: getattr(aws, operation)(**given))
        assert error["Code"] == code
        return str(error["Message"])

    ecs = {**WRITES, "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    assert "of ecs" in refused("register_scalable_target", **ecs, MinCapacity=1, MaxCapacity=2)
    index = {**WRITES, "ScalableDimension": "dynamodb:index:WriteCapacityUnits"}
    assert "Unsupported" in refused("register_scalable_target", **index, MinCapacity=1, MaxCapacity=2)
    gone = {**WRITES, "ResourceId": "table/none"}
    assert "table/none" in refused("register_scalable_target", **gone, MinCapacity=1, MaxCapacity=2)
    assert "Min capacity" in refused("register_scalable_target", **WRITES, MaxCapacity=2)
    assert "less than" in refused("register_scalable_target", **WRITES, MinCapacity=5, MaxCapacity=2)
    tracked = {"PolicyName": "writes", "PolicyType": "TargetTrackingScaling"}
    config = "TargetTrackingScalingPolicyConfiguration"
    assert "No scalable target" in refused(
        "put_scaling_policy", "ObjectNotFoundException", **WRITES, **tracked, **{config: POLICY}
    )
    aws.register_scalable_target(**WRITES, MinCapacity=1, MaxCapacity=10)
    assert "StepScaling" in refused("put_scaling_policy", **WRITES, PolicyName="steps", PolicyType="StepScaling")
    for wrong in ({"TargetValue": 95.0}, {"TargetValue": 5.0}, {"ScaleInCooldown": -1}):
        refused("put_scaling_policy", **WRITES, **tracked, **{config: {**POLICY, **wrong}})
    reads = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
    assert "does not fit" in refused("put_scaling_policy", **WRITES, **tracked, **{config: {**POLICY, **reads}})
    assert "scheduled actions" in refused("describe_scheduled_actions", ServiceNamespace="dynamodb")
    refused("delete_scaling_policy", "ObjectNotFoundException", **WRITES, PolicyName="none")
    refused("describe_scalable_targets", "InvalidNextTokenException", ServiceNamespace="dynamodb", NextToken="?")
    on_demand = scaling.client("dynamodb")
    on_demand.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    scaling.advance(40)
    reads_target = {**WRITES, "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    assert "provisioned" in refused("register_scalable_target", **reads_target, MinCapacity=1, MaxCapacity=2)
