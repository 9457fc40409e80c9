"""moto.awslambda, layers: a version can be asked for by its ARN, and the layers that AWS gives to everybody are there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import UnknownLayerException, UnknownLayerVersionException
from moto.awslambda.responses import LambdaResponse

from helpers.localcloud.compute import public_layers, sources
from helpers.localcloud.compute.errors import LambdaError, ResourceNotFound
from helpers.localcloud.patches import patch

Answer = tuple[int, dict[str, Any], str]


def _described(self: LambdaResponse, arn: str) -> dict[str, Any]:
    """A layer version by its ARN. Raises: ``LambdaError``."""
    region, account, name, version = sources.parts_of_layer(arn, "arn")
    if account != self.current_account:
        return public_layers.find(arn, self.current_account, region).described()
    try:
        known: dict[str, Any] = self.backend.get_layer_version(name, version).get_layer_version()
    except (UnknownLayerException, UnknownLayerVersionException):
        known = {}
    if not known or region != self.region:
        raise ResourceNotFound("The resource you requested does not exist.")
    return known


def _get_layer_version_by_arn(self: LambdaResponse) -> Answer:
    """GetLayerVersionByArn: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html"""
    try:
        found = _described(self, str(self.querystring.get("Arn", [""])[0]))
    except LambdaError as error:
        return error.answer()
    return 200, {"Content-Type": "application/json"}, json.dumps(found)


LambdaResponse.get_layer_version_by_arn = _get_layer_version_by_arn  # type: ignore[attr-defined]


@patch("moto.awslambda.responses:LambdaResponse.list_layers", why="moto takes GetLayerVersionByArn for ListLayers")
def _list_layers(original: Any, self: LambdaResponse) -> Any:
    if self.querystring.get("find") == ["LayerVersion"]:
        return _get_layer_version_by_arn(self)
    return original(self)


@patch("moto.awslambda.responses:LambdaResponse.get_layer_version", why="moto knows no layer of another account")
def _get_layer_version(original: Any, self: LambdaResponse) -> Any:
    *_, name, _, version = unquote(self.path).split("/")
    if not name.startswith("arn:"):
        return original(self)
    try:
        return 200, {"Content-Type": "application/json"}, json.dumps(_described(self, f"{name}:{version}"))
    except LambdaError as error:
        return error.answer()
