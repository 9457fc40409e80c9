"""The client's side: find or start the local cloud, point boto3 at it, move its clock, deploy, and leave for real AWS on request."""
