"""Where the APIs of all accounts are found by their id.

moto keeps APIs by account and Region. What was found once is looked at again in its place each time, so nothing that was deleted or reset is served.
"""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import RestAPI, apigateway_backends
from moto.apigatewayv2.models import Api, apigatewayv2_backends

_MOST_PLACES = 10_000
_BACKENDS: tuple[Any, Any] = (apigateway_backends, apigatewayv2_backends)


class Directory:
    """APIs by their id."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, str, str]] = {}

    def find(self, api_id: str) -> RestAPI | Api | None:
        """The REST or HTTP API of that id, whatever account it belongs to."""
        place = self._places.get(api_id)
        found = _at(api_id, *place) if place else None
        return found or self._search(api_id)

    def _search(self, api_id: str) -> RestAPI | Api | None:
        for kind, backends in enumerate(_BACKENDS):
            for account, regions in list(backends.items()):
                for region in list(dict.keys(regions)):
                    found = _at(api_id, kind, account, region)
                    if found:
                        if len(self._places) >= _MOST_PLACES:
                            self._places.clear()
                        self._places[api_id] = kind, account, region
                        return found
        self._places.pop(api_id, None)
        return None


def _at(api_id: str, kind: int, account: str, region: str) -> RestAPI | Api | None:
    regions = _BACKENDS[kind].get(account)
    backend = regions.get(region) if regions is not None else None
    found: RestAPI | Api | None = backend.apis.get(api_id) if backend is not None else None
    return found
