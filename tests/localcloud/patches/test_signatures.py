"""Contract of all patched points of moto: an upgrade that moves one, or changes what it is called with, fails here."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from helpers.localcloud import patches
from tests.localcloud.patches.points import attribute, bare

PARAMETERS = {
    "moto.awslambda.models:LambdaBackend._get_resource_by_arn": "self, arn",
    "moto.awslambda.models:LambdaBackend.create_event_source_mapping": "self, spec",
    "moto.awslambda.models:LambdaBackend.create_function": "self, spec",
    "moto.awslambda.models:LambdaBackend.delete_event_source_mapping": "self, uuid",
    "moto.awslambda.models:LambdaBackend.delete_function": "self, function_name, qualifier",
    "moto.awslambda.models:LambdaBackend.list_event_source_mappings": "self, event_source_arn, function_name",
    "moto.awslambda.models:LambdaBackend.publish_layer_version": "self, spec",
    "moto.awslambda.models:LambdaBackend.put_function_concurrency": "self, function_name, reserved_concurrency",
    "moto.awslambda.models:LambdaBackend.update_event_source_mapping": "self, uuid, spec",
    "moto.awslambda.models:LambdaBackend.update_function_code": "self, function_name, qualifier, body",
    "moto.awslambda.models:LambdaFunction.__init__": "self, account_id, spec, region, version",
    "moto.awslambda.models:LambdaFunction._get_layers_data": "self, layers_versions_arns",
    "moto.awslambda.models:LambdaFunction.get_code": "self",
    "moto.awslambda.models:LambdaFunction.get_configuration": "self, on_create",
    "moto.awslambda.models:LambdaFunction.invoke": "self, body, request_headers, response_headers",
    "moto.awslambda.models:LambdaFunction.update_configuration": "self, config_updates",
    "moto.awslambda.models:LambdaFunction.update_function_code": "self, updated_spec",
    "moto.awslambda.models:LambdaStorage.all": "self",
    "moto.awslambda.models:LambdaStorage.del_function": "self, name_or_arn, qualifier",
    "moto.awslambda.models:LambdaStorage.publish_version": "self, name_or_arn, description",
    "moto.awslambda.models:LambdaStorage.put_alias": "self, name, function_name, function_version, description, routing_config",
    "moto.awslambda.models:LambdaStorage.put_function": "self, fn",
    "moto.awslambda.models:LambdaStorage.update_alias": "self, name, function_name, function_version, description, routing_config",
    "moto.awslambda.responses:LambdaResponse.create_event_source_mapping": "self",
    "moto.awslambda.responses:LambdaResponse.delete_event_source_mapping": "self",
    "moto.awslambda.responses:LambdaResponse.delete_function_event_invoke_config": "self",
    "moto.awslambda.responses:LambdaResponse.get_event_source_mapping": "self",
    "moto.awslambda.responses:LambdaResponse.get_function_event_invoke_config": "self",
    "moto.awslambda.responses:LambdaResponse.invoke": "self",
    "moto.awslambda.responses:LambdaResponse.invoke_async": "self",
    "moto.awslambda.responses:LambdaResponse.list_event_source_mappings": "self",
    "moto.awslambda.responses:LambdaResponse.list_function_event_invoke_configs": "self",
    "moto.awslambda.responses:LambdaResponse.put_function_event_invoke_config": "self",
    "moto.awslambda.responses:LambdaResponse.setup_class": "self, request, full_url, headers, use_raw_body",
    "moto.awslambda.responses:LambdaResponse.update_event_source_mapping": "self",
    "moto.awslambda.responses:LambdaResponse.update_function_event_invoke_config": "self",
    "moto.backends:list_of_moto_modules": "",
    "moto.cloudwatch.models:CloudWatchBackend.get_all_metrics": "self",
    "moto.cloudwatch.models:MetricDatumBase.filter": "self, namespace, name, dimensions, already_present_metrics",
    "moto.core.base_backend:BackendDict._create_account_specific_backend": "self, account_id",
    "moto.core.common_models:BaseModel.__new__": "cls, args, kwargs",
    "moto.core.responses:BaseResponse._enrich_response": "headers, body",
    "moto.core.responses:BaseResponse.get_access_key": "self",
    "moto.core.responses:gen_amzn_requestid_long": "headerdict",
    "moto.core.responses:method_names_from_class": "clazz",
    "moto.core.serialize:AttributePicker.__call__": "self, context",
    "moto.dynamodb.models.table:StreamRecord.__init__": "self, table, stream_type, event_name, old, new, seq",
    "moto.dynamodb.models.table:StreamShard.add": "self, old, new",
    "moto.dynamodb.models.table:StreamShard.get": "self, start, quantity",
    "moto.dynamodb.models.table:Table.put_item": "self, item_attrs, expected, condition_expression, expression_attribute_names, expression_attribute_values, overwrite, return_values_on_condition_check_failure",
    "moto.dynamodb.models:DynamoDBBackend.update_item": "self, table_name, key, update_expression, expression_attribute_names, expression_attribute_values, attribute_updates, expected, condition_expression, return_values_on_condition_check_failure",
    "moto.dynamodb.models:DynamoDBBackend.update_time_to_live": "self, table_name, ttl_spec",
    "moto.dynamodb.responses:DynamoHandler.call_action": "self",
    "moto.dynamodbstreams.models:DynamoDBStreamsBackend.get_records": "self, iterator_arn, limit",
    "moto.events.models:EventsBackend.delete_rule": "self, name, event_bus_arn",
    "moto.events.models:EventsBackend.put_events": "self, events",
    "moto.events.models:EventsBackend.put_rule": "self, name, description, event_bus_arn, event_pattern, role_arn, scheduled_expression, state, managed_by, tags",
    "moto.events.models:EventsBackend.put_targets": "self, name, event_bus_arn, targets",
    "moto.events.models:EventsBackend.update_archive": "self, name, description, event_pattern, retention",
    "moto.events.models:Replay.replay_events": "self, archive",
    "moto.events.models:Rule.disable": "self",
    "moto.events.models:Rule.enable": "self",
    "moto.events.models:Rule.send_to_targets": "self, original_event, transform_input",
    "moto.events.notifications:_send_safe_notification": "source, event_name, region, resources, detail",
    "moto.events.responses:EventsHandler.put_events": "self",
    "moto.events.responses:EventsHandler.test_event_pattern": "self",
    "moto.iam.models:get_account_id_from": "access_key",
    "moto.iam.models:mark_account_as_visited": "account_id, access_key, service, region",
    "moto.s3.models:FakeBucket.set_notification_configuration": "self, notification_config",
    "moto.s3.models:FakeKey.dispose": "self, garbage",
    "moto.s3.models:FakeKey.etag": "self",
    "moto.s3.models:S3Backend.create_bucket": "self, bucket_name, region_name, bucket_namespace",
    "moto.s3.models:S3Backend._set_delete_marker": "self, bucket_name, key_name",
    "moto.s3.notifications:send_event": "account_id, event_name, bucket, key",
    "moto.s3.notifications:send_test_event": "account_id, bucket",
    "moto.s3.responses:S3Response._notification_config_from_body": "self",
    "moto.ses.models:SESBackend._is_verified_address": "self, source",
    "moto.ses.models:SESBackend.send_bulk_templated_email": "self, source, template, template_data, destinations",
    "moto.ses.models:SESBackend.send_raw_email": "self, source, destinations, raw_data",
    "moto.ses.models:SESBackend.send_templated_email": "self, source, template, template_data, destinations",
    "moto.ses.responses:EmailResponse.send_email": "self",
    "moto.sesv2.responses:SESV2Response.send_email": "self",
    "moto.sns.models:SNSBackend.create_topic": "self, name, attributes, tags",
    "moto.sns.models:SNSBackend.delete_topic": "self, arn",
    "moto.sns.models:SNSBackend.get_subscription_attributes": "self, arn",
    "moto.sns.models:SNSBackend.publish": "self, message, arn, phone_number, subject, message_attributes, group_id, deduplication_id, message_structure",
    "moto.sns.models:SNSBackend.publish_batch": "self, topic_arn, publish_batch_request_entries",
    "moto.sns.models:SNSBackend.set_subscription_attributes": "self, arn, name, value",
    "moto.sns.models:SNSBackend.set_topic_attribute": "self, topic_arn, attribute_name, attribute_value",
    "moto.sns.models:SNSBackend.subscribe": "self, topic_arn, endpoint, protocol",
    "moto.sns.models:SNSBackend.unsubscribe": "self, subscription_arn",
    "moto.sns.responses:SNSResponse.confirm_subscription": "self",
    "moto.sns.responses:SNSResponse.get_topic_attributes": "self",
    "moto.sns.responses:SNSResponse.list_subscriptions": "self",
    "moto.sns.responses:SNSResponse.list_subscriptions_by_topic": "self",
    "moto.sns.responses:SNSResponse.publish": "self",
    "moto.sns.responses:SNSResponse.set_topic_attributes": "self",
    "moto.sns.responses:SNSResponse.subscribe": "self",
    "moto.sqs.models:Queue._set_attributes": "self, attributes, now",
    "moto.sqs.models:Queue.approximate_number_of_messages": "self",
    "moto.sqs.models:Queue.approximate_number_of_messages_delayed": "self",
    "moto.sqs.models:Queue.approximate_number_of_messages_not_visible": "self",
    "moto.sqs.models:Queue.attributes": "self",
    "moto.sqs.models:SQSBackend.change_message_visibility": "self, queue_name, receipt_handle, visibility_timeout",
    "moto.sqs.models:SQSBackend.create_queue": "self, name, tags, kwargs",
    "moto.sqs.models:SQSBackend.delete_message": "self, queue_name, receipt_handle",
    "moto.sqs.models:SQSBackend.delete_queue": "self, queue_name",
    "moto.sqs.models:SQSBackend.get_queue_attributes": "self, queue_name, attribute_names",
    "moto.sqs.models:SQSBackend.list_dead_letter_source_queues": "self, queue_name",
    "moto.sqs.models:SQSBackend.purge_queue": "self, queue_name",
    "moto.sqs.models:SQSBackend.receive_message": "self, queue_name, count, wait_seconds_timeout, visibility_timeout, message_attribute_names",
    "moto.sqs.models:SQSBackend.send_message": "self, queue_name, message_body, message_attributes, delay_seconds, deduplication_id, group_id, system_attributes, validate_group_id",
    "moto.sqs.models:SQSBackend.set_queue_attributes": "self, queue_name, attributes",
    "moto.sqs.responses:SQSResponse._determine_resource": "self",
    "moto.sqs.responses:SQSResponse.change_message_visibility": "self",
    "moto.sqs.responses:SQSResponse.change_message_visibility_batch": "self",
    "moto.sqs.responses:SQSResponse.delete_message_batch": "self",
    "moto.sqs.responses:SQSResponse.list_dead_letter_source_queues": "self",
    "moto.sqs.responses:SQSResponse.receive_message": "self",
    "moto.sqs.responses:SQSResponse.send_message": "self",
    "moto.sqs.responses:SQSResponse.send_message_batch": "self",
    "moto.sqs.responses:SQSResponse.sqs_backend": "self",
    "moto.sts.models:STSBackend.get_caller_identity": "self, access_key_id, region",
}


def test_moto_is_the_release_that_was_read() -> None:
    assert version("moto") == "5.2.5"


def test_every_patched_point_is_listed_here() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(patches.__file__).parent.glob("[!_]*.py")]
    assert sorted(PARAMETERS) == sorted(
        {target for source in sources for target in re.findall(r'@patch\(\s*"([^"]+)"', source)}
    )


@pytest.mark.parametrize("target", PARAMETERS)
def test_the_parameters_of_a_patched_point_have_not_moved(target: str) -> None:
    assert ", ".join(inspect.signature(bare(attribute(target))).parameters) == PARAMETERS[target]
