"""moto.dynamodb: PartiQL statements are carried out as the item operations that they stand for, and so consume capacity, are throttled, checked and streamed like these."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    ConditionalCheckFailed,
    DynamodbException,
    MockValidationException,
    ResourceNotFoundException,
    TransactionCanceledException,
)
from moto.dynamodb.responses import DynamoHandler

from helpers.localcloud.capacity import meter as meters
from helpers.localcloud.capacity import request_metrics
from helpers.localcloud.events import plane
from helpers.localcloud.partiql.errors import BadStatement
from helpers.localcloud.partiql.requests import Request, request_of
from helpers.localcloud.partiql.statements import read
from helpers.localcloud.patches import patch

_WHY = "moto reads and writes all items whatever a statement says, overlooks most conditions, parameters, limits and what is there already, and counts nothing"
_MOST_STATEMENTS = {"Statements": 25, "TransactStatements": 100}
_ON_FAILURE = "ReturnValuesOnConditionCheckFailure"
_CAPACITY = "ReturnConsumedCapacity"
_DUPLICATE = "Duplicate primary key exists in table"
_IN_BATCHES = {"Validation": "ValidationError", "Throttling": "ThrottlingError"}
_IN_TRANSACTIONS = {"query": "Get", "put_item": "Put", "update_item": "Update", "delete_item": "Delete"}
_WHOLE_KEY = "Select statements within {} must specify the primary key in the where clause."


@patch("moto.dynamodb.responses:DynamoHandler.execute_statement", why=_WHY)
def _execute_statement(original: Any, self: DynamoHandler) -> ActionResult:
    asked = self.body
    request = _request(self, asked)
    limits = {name: asked[name] for name in ("ConsistentRead", "Limit") if name in asked}
    more = limits if request.operation in ("query", "scan") else _given(asked, _ON_FAILURE)
    mark = hashlib.sha256(f"{asked['Statement']}{asked.get('Parameters')}".encode()).hexdigest()[:16]
    if asked.get("NextToken"):
        more["ExclusiveStartKey"] = _start(self, asked["NextToken"], mark)
    done = _carried_out(self, request, {**more, **_given(asked, _CAPACITY)}, "ExecuteStatement")
    answer: dict[str, Any] = {"Items": _items(request, done)}
    if last := done.get("LastEvaluatedKey"):
        answer |= {"LastEvaluatedKey": last, "NextToken": base64.b64encode(json.dumps([mark, last]).encode()).decode()}
    return ActionResult(answer | _given(done, "ConsumedCapacity"))


@patch("moto.dynamodb.responses:DynamoHandler.batch_execute_statement", why=_WHY)
def _batch_execute_statement(original: Any, self: DynamoHandler) -> ActionResult:
    responses: list[dict[str, Any]] = []
    consumed: list[Any] = []
    for asked, request in _several(self, "Statements", "BatchExecuteStatement"):
        if isinstance(request, JsonRESTError):
            responses.append({"Error": _error(request)})
            continue
        response: dict[str, Any] = {"TableName": request.body["TableName"]}
        responses.append(response)
        more = _given(asked, "ConsistentRead") if request.operation == "query" else _given(asked, _ON_FAILURE)
        try:
            if not request.whole:
                raise _wrong(self, _WHOLE_KEY.format("BatchExecuteStatement"))
            done = _carried_out(self, request, {**more, **_given(self.body, _CAPACITY)}, "BatchExecuteStatement")
        except JsonRESTError as error:
            response["Error"] = _error(error)
            continue
        if items := _items(request, done):
            response["Item"] = items[0]
        consumed += _given(done, "ConsumedCapacity").values()
    return ActionResult({"Responses": responses} | ({"ConsumedCapacity": consumed} if consumed else {}))


@patch("moto.dynamodb.responses:DynamoHandler.execute_transaction", why=_WHY)
def _execute_transaction(original: Any, self: DynamoHandler) -> ActionResult:
    requests = []
    parts = []
    for asked, request in _several(self, "TransactStatements", "ExecuteTransaction"):
        if isinstance(request, JsonRESTError):
            raise request
        if not request.whole or (request.operation == "query" and "FilterExpression" in request.body):
            raise _wrong(self, _WHOLE_KEY.format("ExecuteTransaction"))
        if request.returning:
            raise _wrong(self, "RETURNING is not available in transactions")
        requests.append(request)
        body = {"TableName": request.body["TableName"], "Key": request.key}
        parts.append(
            {
                _IN_TRANSACTIONS[request.operation]: body
                if request.operation == "query"
                else {**request.body, **_given(asked, _ON_FAILURE)}
            }
        )
    reads = requests[0].operation == "query"
    whole = Request("transact_get_items" if reads else "transact_write_items", {"TransactItems": parts})
    token = {} if reads else _given(self.body, "ClientRequestToken")
    try:
        done = _carried_out(self, whole, {**token, **_given(self.body, _CAPACITY)}, "ExecuteTransaction")
    except TransactionCanceledException as cancelled:
        raise _with_duplicates(cancelled, requests) from None
    found = done.get("Responses", []) if reads else [{} for _ in requests]
    responses = [
        {"Item": _projected(request, one["Item"])} if one.get("Item") else {}
        for request, one in zip(requests, found, strict=True)
    ]
    return ActionResult({"Responses": responses} | _given(done, "ConsumedCapacity"))


def _several(handler: DynamoHandler, member: str, operation: str) -> list[tuple[Any, Request | JsonRESTError]]:
    """The statements of a request with what each of them asks for, or what is wrong with it. They read, or they write."""
    given = handler.body.get(member) or []
    most = _MOST_STATEMENTS[member]
    if not 1 <= len(given) <= most:
        raise _wrong(
            handler, f"Member must have length less than or equal to {most}, and at least 1: {member} has {len(given)}"
        )
    found: list[tuple[Any, Request | JsonRESTError]] = []
    for asked in given:
        try:
            found.append((asked, _request(handler, asked)))
        except JsonRESTError as error:
            found.append((asked, error))
    kinds = {request.operation in ("query", "scan") for _, request in found if isinstance(request, Request)}
    if len(kinds) > 1:
        raise _wrong(handler, f"{operation} takes statements that read, or statements that write, and not both at once")
    return found


def _request(handler: DynamoHandler, asked: Any) -> Request:
    try:
        statement = read(asked.get("Statement"), asked.get("Parameters"))
        backend = handler.dynamodb_backend
        table = backend.tables.get(statement.table)
        if table is None:
            _count_error(handler)
            raise ResourceNotFoundException()
        own = [one for one in (table.hash_key_attr, table.range_key_attr) if one]
        if statement.index is None:
            return request_of(statement, own, own)
        if not any(index.name == statement.index for index in table.all_indexes()):
            raise BadStatement("The table does not have the specified index")
        keys = [one["AttributeName"] for one in backend.get_schema(statement.table, statement.index)]
        return request_of(statement, keys, own)
    except BadStatement as error:
        raise _wrong(handler, str(error)) from None


def _carried_out(handler: DynamoHandler, request: Request, more: dict[str, Any], operation: str) -> dict[str, Any]:
    asked = handler.body
    handler.body = {**request.body, **more}
    token = meters.operation.set(operation)
    try:
        result: ActionResult = getattr(handler, request.operation)()
    except ConditionalCheckFailed:
        if request.operation == "put_item":
            raise DynamodbException(f"{ERROR_TYPE_PREFIX}DuplicateItemException", _DUPLICATE) from None
        raise
    finally:
        meters.operation.reset(token)
        handler.body = asked
    return result.result  # type: ignore[return-value]


def _items(request: Request, done: dict[str, Any]) -> list[Any]:
    if request.operation in ("query", "scan"):
        return [_projected(request, item) for item in done["Items"]]
    return [done["Attributes"]] if request.returning and done.get("Attributes") else []


def _projected(request: Request, item: Any) -> Any:
    """The selected attributes of an item, each under its last name."""
    if request.columns is None:
        return item
    found = {}
    for steps in request.columns:
        value: Any = {"M": item}
        for step in steps:
            value = value.get("M", {}).get(step, {})
        if value:
            found[steps[-1]] = value
    return found


def _given(members: Any, name: str) -> dict[str, Any]:
    """A member of a request or an answer by its name, where it is there."""
    return {name: members[name]} if members.get(name) else {}


def _start(handler: DynamoHandler, token: str, mark: str) -> Any:
    try:
        its_mark, last = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        its_mark, last = None, None
    if its_mark != mark:
        raise _wrong(handler, "NextToken does not match request")
    return last


def _error(error: JsonRESTError) -> dict[str, Any]:
    name = error.error_type.rpartition("#")[2].removesuffix("Exception")
    return {"Code": _IN_BATCHES.get(name, name), "Message": error.message}


def _with_duplicates(cancelled: TransactionCanceledException, requests: Sequence[Request]) -> JsonRESTError:
    """An INSERT that meets an item fails as a duplicate, and not by a condition of its own."""
    told = json.loads(cancelled.description or "{}")
    reasons: list[Any] = []
    for request, reason in zip(requests, told["CancellationReasons"], strict=True):
        code = None if reason["Code"] == "None" else reason["Code"]
        if code == "ConditionalCheckFailed" and request.operation == "put_item":
            reasons.append(("DuplicateItem", _DUPLICATE, None))
        else:
            reasons.append((code, reason.get("Message"), reason.get("Item")))
    return TransactionCanceledException(reasons)


def _wrong(handler: DynamoHandler, message: str) -> MockValidationException:
    _count_error(handler)
    return MockValidationException(message)


def _count_error(handler: DynamoHandler) -> None:
    request_metrics.user_error(handler.current_account, handler.region, plane().clock.timestamp())
