"""What stands in the URIs of integrations and authorizers: stage variables, and the function that is invoked.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_INVOCATION = re.compile(r"arn:aws[a-z-]*:apigateway:([a-z0-9-]+):lambda:path/2015-03-31/functions/(\S+)/invocations")


class Invocation(NamedTuple):
    """The operation of Lambda that a URI names. function: as Lambda's API takes it, mostly an ARN."""

    region: str
    function: str


def read_invocation(uri: str) -> Invocation | None:
    """The function that a URI invokes; nothing when it invokes none."""
    found = _INVOCATION.fullmatch(uri)
    return Invocation(found[1], found[2]) if found else None


def with_stage_variables(uri: str, variables: Mapping[str, str]) -> str:
    """A URI with the values of the stage's variables; one without a value stays as it is written."""
    for name, value in variables.items():
        uri = uri.replace(f"${{stageVariables.{name}}}", value)
    return uri
