"""Contract of moto.apigatewayv2: every operation that moto has is ours, and is called without arguments."""

from __future__ import annotations

import inspect

import boto3
from botocore import xform_name
from moto.apigatewayv2.models import ApiGatewayV2Backend
from moto.apigatewayv2.responses import ApiGatewayV2Response

from helpers.localcloud.patches import POINTS
from helpers.localcloud.patches.apigatewayv2 import OPERATIONS

_PREFIX = "moto.apigatewayv2.responses:ApiGatewayV2Response."
# Parts of the V2 API that are newer than HTTP APIs and that moto does not have either: moto refuses them itself.
_NOT_IN_MOTO = ("portal", "product", "routing_rule")


def test_no_operation_is_left_to_moto() -> None:
    model = boto3.Session().client("apigatewayv2", region_name="us-east-1").meta.service_model
    names = {xform_name(name) for name in model.operation_names}
    left = {name for name in names - set(OPERATIONS) if not any(part in name for part in _NOT_IN_MOTO)}
    assert left == set()
    assert not [name for name in names - set(OPERATIONS) if hasattr(ApiGatewayV2Response, name)]


def test_the_parameters_of_a_patched_operation_have_not_moved() -> None:
    points = [point for target, point in POINTS.items() if target.startswith(_PREFIX)]
    assert len(points) > 30
    assert {", ".join(inspect.signature(point.original).parameters) for point in points} == {"self"}


def test_a_backend_finds_its_apis_by_id() -> None:
    assert ApiGatewayV2Backend("us-east-1", "123456789012").apis == {}
