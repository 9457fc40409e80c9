"""Whatever stands in a document, it is imported or refused with a sentence, and what was imported can be exported."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.localcloud.gateway.control import models
from helpers.localcloud.gateway.openapi_import import ApiGatewayException, import_api, put_api
from helpers.localcloud.gateway.snapshot import snapshot_of
from tests.localcloud.gateway.test_openapi_import import LOJA

SCALARS = st.none() | st.booleans() | st.integers(-5, 600) | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    ["type", "$ref", "get", "responses", "schema", "in", "name", "items", "properties", "200", "x-y"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in children:
        found += places(one, (*path, key))
    return found


PLACES = places(LOJA)


def changed(changes: list[tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    document = copy.deepcopy(LOJA)
    for path, value in changes:
        holder: Any = document
        for key in path[:-1]:
            try:
                holder = holder[key]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(holder, dict) or (
                isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder)
            ):
                holder[path[-1]] = value
    return document


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_a_damaged_document_is_imported_or_refused(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    backend = models.apigateway_backends["123456789012"]["us-east-1"]
    body = json.dumps(changed(changes)).encode()
    try:
        api = import_api(backend, body, {}, strict=False)
    except ApiGatewayException:
        assert backend.apis == {}
        return
    try:
        assert snapshot_of(api).name == api.name
        put_api(api, json.dumps(LOJA).encode(), {}, overwrite=True, strict=True)
        assert len(snapshot_of(api).methods) == 2
    finally:
        backend.apis.clear()
