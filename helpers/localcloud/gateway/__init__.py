"""API Gateway: what stands between an HTTP request and the integration behind a method."""

from helpers.localcloud.gateway.spec_validator import stand_in

stand_in()
