"""A REST API of a test's own account, built through boto3 and called over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx


class RestApi:
    """A REST API with MOCK methods.

    client: a boto3 client of ``apigateway``. endpoint: where the server is.
    """

    def __init__(self, client: Any, endpoint: str, name: str = "loja", **settings: Any) -> None:
        self.client = client
        self.endpoint = endpoint
        made = client.create_rest_api(name=name, **settings)
        self.id: str = made["id"]
        self._resources = {"/": made["rootResourceId"]}
        self.http = httpx.Client(base_url=f"{endpoint}/_execute-api/{self.id}", timeout=120)

    def resource(self, path: str) -> str:
        """The id of a resource; it and those above it are made when they are missing."""
        if path not in self._resources:
            above, _, part = path.rpartition("/")
            made = self.client.create_resource(restApiId=self.id, parentId=self.resource(above or "/"), pathPart=part)
            self._resources[path] = made["id"]
        return self._resources[path]

    def mock(
        self,
        verb: str,
        path: str,
        answer: str = '{"ok": true}',
        *,
        headers: Mapping[str, str] | None = None,
        **method: Any,
    ) -> str:
        """A method that answers by itself with 200. headers: of the answer, by their source, such as ``{"x": "'1'"}``."""
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": verb}
        names = {f"method.response.header.{name}": source for name, source in (headers or {}).items()}
        self.client.put_method(**place, **{"authorizationType": "NONE", **method})
        self.client.put_method_response(**place, statusCode="200", responseParameters=dict.fromkeys(names, False))
        self.client.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        self.client.put_integration_response(
            **place, statusCode="200", responseParameters=names, responseTemplates={"application/json": answer}
        )
        return str(place["resourceId"])

    def deploy(self, stage: str = "dev", **settings: Any) -> str:
        """Deploy what stands now to a stage; the id of the deployment."""
        return str(self.client.create_deployment(restApiId=self.id, stageName=stage, **settings)["id"])

    def update_stage(self, changes: Mapping[str, str], stage: str = "dev") -> None:
        """Replace settings of a stage by their paths."""
        operations = [{"op": "replace", "path": path, "value": value} for path, value in changes.items()]
        self.client.update_stage(restApiId=self.id, stageName=stage, patchOperations=operations)

    def get(self, path: str, **request: Any) -> httpx.Response:
        """Call ``GET`` below the stage ``dev``."""
        return self.http.get(f"/dev{path}", **request)

    def raw(self, target: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Send a target exactly as it stands, which clients would tidy up; the status and the body, parsed if it is JSON."""
        address = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=120)
        connection.putrequest(method, f"/_execute-api/{self.id}{target}", skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text
