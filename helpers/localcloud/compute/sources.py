"""Where code comes from: the zip in a request or in S3, and the layers that a function names.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html and
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.awslambda.models import LayerVersion, lambda_backends
from moto.s3.exceptions import MissingBucket, MissingKey
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from helpers.localcloud.compute import public_layers
from helpers.localcloud.compute.errors import InvalidParameterValue, Validation, not_here
from helpers.localcloud.compute.packages import BROKEN_ZIP, TOO_BIG, UNZIPPED_LIMIT, check_zip, inspect_zip
from helpers.localcloud.compute.public_layers import PublicLayer

_LAYER = re.compile(r"arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]+):(\d+)")
_LAYERS = 5


def package(code: Mapping[str, Any], account: str, region: str, operation: str = "CreateFunction") -> tuple[bytes, int]:
    """The zip that a ``Code`` or ``Content`` parameter means, and its unzipped size in bytes.

    Raises: ``InvalidParameterValue`` when there is none, or when it is no sound zip.
    """
    if code.get("ImageUri"):
        raise not_here("container images (ImageUri)", "deploy a .zip package")
    if code.get("SourceKMSKeyArn"):
        raise not_here("encrypted packages (SourceKMSKeyArn)", "leave it out")
    if code.get("ZipFile"):
        try:
            content = base64.b64decode(code["ZipFile"], validate=True)
        except (binascii.Error, ValueError):
            raise InvalidParameterValue(BROKEN_ZIP) from None
        return content, check_zip(content, operation)
    if code.get("S3Bucket") and code.get("S3Key"):
        content = _from_s3(code, account, region)
        return content, inspect_zip(content)
    if "ZipFile" in code:
        return b"", inspect_zip(b"")
    raise InvalidParameterValue("Please provide a source for function code.")


def layer_versions(arns: Sequence[str], account: str, region: str, code_size: int) -> list[LayerVersion | PublicLayer]:
    """The layer versions behind ``arns``. code_size: unzipped bytes of the function itself, which count with the layers.

    Raises: ``InvalidParameterValue`` for an unknown one, more than five, or more than 250 MB unzipped altogether; ``AccessDenied`` for a layer
    of another account that nobody gave to this one.
    """
    if len(arns) > _LAYERS:
        raise InvalidParameterValue(f"Cannot reference more than {_LAYERS} layers.")
    found: list[LayerVersion | PublicLayer] = []
    for arn in arns:
        home, owner, _, _ = parts_of_layer(arn, "layers")
        if owner != account:
            found.append(public_layers.find(arn, account, region))
            continue
        layer = lambda_backends[account][region].layers_versions_by_arn(arn) if home == region else None
        if layer is None:
            raise InvalidParameterValue(f"Layer version {arn} does not exist.")
        found.append(layer)
    if len({layer.name for layer in found}) < len(found):
        raise InvalidParameterValue(
            "Two different versions of the same layer are not allowed to be referenced in the same function."
        )
    sizes = (one.code_size if isinstance(one, PublicLayer) else inspect_zip(one.code_bytes) for one in found)
    if code_size + sum(sizes) > UNZIPPED_LIMIT:
        raise InvalidParameterValue(f"Function code combined with layers exceeds the maximum allowed size. {TOO_BIG}")
    return found


def parts_of_layer(arn: str, field: str) -> tuple[str, str, str, str]:
    """Region, account, name and version number in the ARN of a layer version. field: the parameter that it came in.

    Raises: ``Validation``.
    """
    parts = _LAYER.fullmatch(arn)
    if not parts:
        rule = "arn:aws:lambda:<region>:<account>:layer:<name>:<version>"
        raise Validation(arn, field, f"Member must satisfy regular expression pattern: {rule}")
    return parts[1], parts[2], parts[3], parts[4]


def _from_s3(code: Mapping[str, Any], account: str, region: str) -> bytes:
    prefix = "Error occurred while GetObject. S3 Error Code: "
    try:
        key = s3_backends[account][get_partition(region)].get_object(
            code["S3Bucket"], code["S3Key"], version_id=code.get("S3ObjectVersion")
        )
    except MissingBucket:
        raise InvalidParameterValue(
            f"{prefix}NoSuchBucket. S3 Error Message: The specified bucket does not exist"
        ) from None
    except MissingKey:
        key = None
    if key is None:
        raise InvalidParameterValue(f"{prefix}NoSuchKey. S3 Error Message: The specified key does not exist.")
    return bytes(key.value)
