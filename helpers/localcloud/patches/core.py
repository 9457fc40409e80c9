"""moto.core and moto.iam: whose account a request is for, and what the server must not keep."""

from __future__ import annotations

import random
import re
import string
from functools import cache
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.core.responses import BaseResponse

from helpers.localcloud.accounts import account_of_key
from helpers.localcloud.patches import patch

_REQUEST_ID_ALPHABET = string.ascii_uppercase + string.digits
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/|^AWS ([^:\s]+):")


@patch(
    "moto.core.responses:BaseResponse.get_access_key",
    why="moto only recognises keys of 20 characters; ours may be an account number",
)
def _get_access_key(original: Any, self: BaseResponse) -> str:
    found = _CREDENTIAL.search(self.headers.get("Authorization") or "")
    if found:
        return found[1] or found[2]
    presigned = self.querystring.get("X-Amz-Credential")
    if presigned:
        return str(presigned[0]).split("/")[0]
    return str(original(self))


@patch(
    "moto.iam.models:get_account_id_from",
    why="a 12-digit access key id is the account; and moto's search builds eight backends per account",
)
def _get_account_id_from(original: Any, access_key: str) -> str:
    return account_of_key(access_key)


@patch(
    "moto.iam.models:mark_account_as_visited",
    why="it records each key's last use, and builds an IAM backend for every account that ever calls",
)
def _mark_account_as_visited(original: Any, account_id: str, access_key: str, service: str, region: str) -> None:
    if len(access_key) == 20:
        original(account_id, access_key, service, region)


@patch(
    "moto.core.base_backend:BackendDict._create_account_specific_backend",
    why="moto takes one lock for all services and looks through all of them whenever it looks up an account",
)
def _create_account_specific_backend(original: Any, self: BackendDict[Any], account_id: str) -> None:
    if account_id not in self:
        original(self, account_id)


@patch(
    "moto.core.common_models:BaseModel.__new__",
    why="moto keeps every message, datum and log event alive for its dashboard: a long-lived server would only grow",
)
def _new(original: Any, cls: type[BaseModel], *args: Any, **kwargs: Any) -> BaseModel:
    return object.__new__(cls)


@patch(
    "moto.backends:list_of_moto_modules",
    why="moto lists its own folder for every request: a third of the time of a cheap call",
)
def _list_of_moto_modules(original: Any) -> tuple[str, ...]:
    return _modules(original)


@cache
def _modules(original: Any) -> tuple[str, ...]:
    return tuple(original())


@patch(
    "moto.core.responses:method_names_from_class", why="moto inspects the class of the service again for every request"
)
def _method_names_from_class(original: Any, clazz: type) -> frozenset[str]:
    return _methods(original, clazz)


@cache
def _methods(original: Any, clazz: type) -> frozenset[str]:
    return frozenset(original(clazz))


@patch("moto.core.responses:gen_amzn_requestid_long", why="moto draws 52 characters one by one for every answer")
def _gen_amzn_requestid_long(original: Any, headerdict: dict[str, Any] | None = None) -> str:
    request_id = "".join(random.choices(_REQUEST_ID_ALPHABET, k=52))
    if headerdict is not None:
        headerdict["x-amzn-requestid"] = request_id
    return request_id
