"""Lambda functions, their event source mappings and layers, and Step Functions state machines."""

from __future__ import annotations

import base64
import hashlib

from helpers.cloud.kinds.base import (
    Clients,
    Kind,
    Params,
    Tags,
    answered,
    if_present,
    itself,
    named,
    pages,
    pairs,
    same,
)
from helpers.cloud.ledger import Facts


def _function_asked(params: Params) -> Facts:
    name = str(params["FunctionName"]).rpartition(":")[2]
    return {"FunctionName": name, "LogGroup": params.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")}


def _keep_foreign_logs(aws: Clients, asked: Facts, known: set[str]) -> Facts:
    """A log group that was there before the function is not the course's to delete."""
    name = asked["LogGroup"]
    there = any(
        group["logGroupName"] == name
        for group in pages(aws("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    )
    return {"FunctionName": asked["FunctionName"]} if there and name not in known else asked


def _delete_function(aws: Clients, key: Facts) -> None:
    if_present(lambda: aws("lambda").delete_function(FunctionName=key["FunctionName"]))
    if key.get("LogGroup"):
        if_present(lambda: aws("logs").delete_log_group(logGroupName=key["LogGroup"]))


def _mapping_tags(aws: Clients, key: Facts) -> Tags:
    mapping = aws("lambda").get_event_source_mapping(UUID=key["UUID"])
    return dict(aws("lambda").list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"])


def _find_mapping(aws: Clients, asked: Facts) -> list[Facts]:
    found = pages(
        aws("lambda"), "list_event_source_mappings", "EventSourceMappings", FunctionName=asked["FunctionName"]
    )
    return [{**asked, "UUID": mapping["UUID"]} for mapping in found]


def _layer_asked(params: Params) -> Facts:
    content = params.get("Content", {}).get("ZipFile")
    digest = (
        base64.b64encode(hashlib.sha256(content).digest()).decode() if isinstance(content, bytes | bytearray) else ""
    )
    return {"LayerName": str(params["LayerName"]), "CodeSha256": digest}


def _find_layer(aws: Clients, asked: Facts) -> list[Facts]:
    found = []
    for version in pages(aws("lambda"), "list_layer_versions", "LayerVersions", LayerName=asked["LayerName"]):
        whole = aws("lambda").get_layer_version(LayerName=asked["LayerName"], VersionNumber=version["Version"])
        if whole["Content"].get("CodeSha256") == asked["CodeSha256"]:
            found.append({**asked, "VersionNumber": str(version["Version"])})
    return found


def _delete_layer(aws: Clients, key: Facts) -> None:
    aws("lambda").delete_layer_version(LayerName=key["LayerName"], VersionNumber=int(key["VersionNumber"]))


def _find_machine(aws: Clients, asked: Facts) -> list[Facts]:
    machines = pages(aws("stepfunctions"), "list_state_machines", "stateMachines")
    return [
        {**asked, "stateMachineArn": machine["stateMachineArn"]}
        for machine in machines
        if machine["name"] == asked["name"]
    ]


KINDS = (
    Kind(
        service="lambda",
        operation="CreateFunction",
        label="function",
        rank=50,
        asked=_function_asked,
        made=same,
        find=itself,
        tags=lambda aws, key: dict(aws("lambda").get_function(FunctionName=key["FunctionName"]).get("Tags") or {}),
        delete=_delete_function,
        by_hand="aws lambda delete-function --function-name {FunctionName}; aws logs delete-log-group --log-group-name {LogGroup}",
        narrow=_keep_foreign_logs,
        leaves=True,
    ),
    Kind(
        service="lambda",
        operation="CreateEventSourceMapping",
        label="event source mapping",
        rank=10,
        asked=named("FunctionName", "EventSourceArn"),
        made=answered(UUID="UUID"),
        find=_find_mapping,
        tags=_mapping_tags,
        delete=lambda aws, key: aws("lambda").delete_event_source_mapping(UUID=key["UUID"]),
        by_hand="aws lambda delete-event-source-mapping --uuid {UUID}",
    ),
    Kind(
        service="lambda",
        operation="PublishLayerVersion",
        label="layer version",
        rank=60,
        asked=_layer_asked,
        made=answered(VersionNumber="Version"),
        find=_find_layer,
        tags=lambda aws, key: None,
        delete=_delete_layer,
        by_hand="aws lambda delete-layer-version --layer-name {LayerName} --version-number {VersionNumber}",
        tag_field=None,
    ),
    Kind(
        service="stepfunctions",
        operation="CreateStateMachine",
        label="state machine",
        rank=40,
        asked=named("name"),
        made=answered(stateMachineArn="stateMachineArn"),
        find=_find_machine,
        tags=lambda aws, key: pairs(
            aws("stepfunctions").list_tags_for_resource(resourceArn=key["stateMachineArn"])["tags"]
        ),
        delete=lambda aws, key: aws("stepfunctions").delete_state_machine(stateMachineArn=key["stateMachineArn"]),
        by_hand="aws stepfunctions delete-state-machine --state-machine-arn {stateMachineArn}",
        tag_field=("tags",),
        adopts=True,
    ),
)
