"""The operations of CloudWatch Logs by name: those that this room answers, and those that the local cloud refuses.

What is in neither list is answered elsewhere: queries, metric filters and subscription filters in rooms of their own, and the rest by moto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.observe.logs import groups, policies, putting, reading, streams
from helpers.localcloud.observe.logs.errors import LogsError
from helpers.localcloud.observe.logs.requests import Request, read

OPERATIONS: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    "CreateLogGroup": groups.create,
    "CreateLogStream": streams.create,
    "DeleteLogGroup": groups.delete,
    "DeleteLogStream": streams.delete,
    "DeleteResourcePolicy": policies.delete,
    "DeleteRetentionPolicy": groups.delete_retention,
    "DescribeLogGroups": groups.describe,
    "DescribeLogStreams": streams.describe,
    "DescribeResourcePolicies": policies.describe,
    "FilterLogEvents": reading.search,
    "GetLogEvents": reading.get,
    "ListLogGroups": groups.list_groups,
    "ListTagsForResource": groups.list_tags,
    "ListTagsLogGroup": groups.list_tags_of_group,
    "PutLogEvents": putting.put,
    "PutLogGroupDeletionProtection": groups.protect,
    "PutResourcePolicy": policies.put,
    "PutRetentionPolicy": groups.put_retention,
    "TagLogGroup": groups.tag_group,
    "TagResource": groups.tag,
    "UntagLogGroup": groups.untag_group,
    "UntagResource": groups.untag,
}

_REFUSED: Mapping[str, tuple[str, ...]] = {
    "encryption of log groups with your own KMS keys": ("AssociateKmsKey", "DisassociateKmsKey"),
    "export tasks to S3": ("CreateExportTask", "CancelExportTask", "DescribeExportTasks"),
    "import tasks": ("CreateImportTask", "CancelImportTask", "DescribeImportTasks", "DescribeImportTaskBatches"),
    "log deliveries": (
        "CreateDelivery",
        "DeleteDelivery",
        "DeleteDeliveryDestination",
        "DeleteDeliveryDestinationPolicy",
        "DeleteDeliverySource",
        "DescribeConfigurationTemplates",
        "DescribeDeliveries",
        "DescribeDeliveryDestinations",
        "DescribeDeliverySources",
        "GetDelivery",
        "GetDeliveryDestination",
        "GetDeliveryDestinationPolicy",
        "GetDeliverySource",
        "PutDeliveryDestination",
        "PutDeliveryDestinationPolicy",
        "PutDeliverySource",
        "UpdateDeliveryConfiguration",
    ),
    "destinations for subscriptions across accounts": (
        "DeleteDestination",
        "DescribeDestinations",
        "PutDestination",
        "PutDestinationPolicy",
    ),
    "Live Tail": ("StartLiveTail",),
    "data protection policies": ("DeleteDataProtectionPolicy", "GetDataProtectionPolicy", "PutDataProtectionPolicy"),
    "account policies": ("DeleteAccountPolicy", "DescribeAccountPolicies", "PutAccountPolicy"),
    "log anomaly detectors": (
        "CreateLogAnomalyDetector",
        "DeleteLogAnomalyDetector",
        "GetLogAnomalyDetector",
        "ListAnomalies",
        "ListLogAnomalyDetectors",
        "UpdateAnomaly",
        "UpdateLogAnomalyDetector",
    ),
    "field indexes": ("DeleteIndexPolicy", "DescribeFieldIndexes", "DescribeIndexPolicies", "PutIndexPolicy"),
    "log transformers": ("DeleteTransformer", "GetTransformer", "PutTransformer", "TestTransformer"),
    "integrations with OpenSearch Service": (
        "DeleteIntegration",
        "GetIntegration",
        "ListIntegrations",
        "PutIntegration",
    ),
    "integrations with S3 Tables": (
        "AssociateSourceToS3TableIntegration",
        "DisassociateSourceFromS3TableIntegration",
        "ListSourcesForS3TableIntegration",
    ),
    "summaries by data source": ("GetLogFields", "ListAggregateLogGroupSummaries"),
    "storage tiers": ("GetStorageTierPolicy", "PutStorageTierPolicy"),
    "syslog and bearer token ingestion": (
        "DeleteSyslogConfiguration",
        "ListSyslogConfigurations",
        "PutBearerTokenAuthentication",
        "PutSyslogConfiguration",
    ),
    "large log objects": ("GetLogObject",),
    "lookup tables for queries": (
        "CreateLookupTable",
        "DeleteLookupTable",
        "DescribeLookupTables",
        "GetLookupTable",
        "UpdateLookupTable",
    ),
}
REFUSED: Mapping[str, str] = {operation: feature for feature, names in _REFUSED.items() for operation in names}


def answer(operation: str, account: str, region: str, body: str | bytes | None) -> dict[str, Any] | None:
    """The answer to one call; nothing when another room or moto answers it, after it was checked against the API's model.

    Raises: ``LogsError``.
    """
    if operation in REFUSED:
        raise LogsError("InvalidOperationException", f"{operation}: the local cloud does not do {REFUSED[operation]}.")
    request = read(operation, account, region, body)
    perform = OPERATIONS.get(operation)
    return None if perform is None else perform(request)
