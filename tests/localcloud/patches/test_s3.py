"""Buckets and objects as AWS has them: names that others have, and objects that many write and read at once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.conftest import CloudProcess


def test_a_name_that_another_account_has_is_taken(cloud: CloudProcess, account: str) -> None:
    neighbour, name = str(int(account) + 500_000), f"shared-{account}"
    cloud.client("s3", neighbour).create_bucket(Bucket=name)
    with pytest.raises(ClientError) as raised:
        cloud.client("s3", account).create_bucket(Bucket=name)
    answer = raised.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("BucketAlreadyExists", 409)
    cloud.client("s3", neighbour).create_bucket(Bucket=name)  # in us-east-1 an owner may ask again


def test_one_key_may_be_written_and_read_by_many_at_once(cloud: CloudProcess, account: str) -> None:
    s3, bucket = cloud.client("s3", account), f"busy-{account}"
    s3.create_bucket(Bucket=bucket)
    bodies = {f'"{hashlib.md5(body).hexdigest()}"': body for body in (bytes([n]) * 30_000 for n in range(64))}
    s3.put_object(Bucket=bucket, Key="photo", Body=next(iter(bodies.values())))

    def write(body: bytes) -> None:
        s3.put_object(Bucket=bucket, Key="photo", Body=body)

    def read(_: int) -> bool:
        got = s3.get_object(Bucket=bucket, Key="photo")
        return bool(bodies[got["ETag"]] == got["Body"].read())

    with ThreadPoolExecutor(8) as pool:
        written, right = pool.map(write, bodies.values()), pool.map(read, range(200))
        assert list(written) and all(right)
