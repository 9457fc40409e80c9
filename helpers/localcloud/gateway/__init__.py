"""API Gateway: what stands between an HTTP request and the integration behind a method."""
