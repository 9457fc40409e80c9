"""moto.xray: traces are kept, searched and drawn by the observability plane; operations that moto lacks are served there too."""

from __future__ import annotations

from typing import Any

from moto.xray import urls
from moto.xray.responses import XRayResponse

from helpers.localcloud.observe.traces import api
from helpers.localcloud.patches import patch


@patch(
    "moto.xray.responses:XRayResponse._dispatch",
    why="moto keeps documents unchecked, finds nothing by expressions, and has no graphs, groups or sampling rules",
)
def _dispatch(original: Any, self: XRayResponse, request: Any, full_url: str | None = None, headers: Any = None) -> Any:
    self.setup_class(request, full_url, headers)
    status, found, body = api.answer(self.current_account, self.region, request.path.rstrip("/"), request.get_data())
    return status, {**found, "status": status}, body


for _path in api.PATHS:
    urls.url_paths["{0}" + _path + "/?$"] = XRayResponse.dispatch
