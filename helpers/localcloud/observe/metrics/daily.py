"""The storage metrics of buckets: one datapoint a day, put when somebody first looks on that day.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
"""

from __future__ import annotations

from typing import Any

from helpers.localcloud.metrics import key_of
from helpers.localcloud.observe import context
from helpers.localcloud.observe.metrics.store import store_of

_DAY = 86400.0


def tell(account: str, region: str) -> None:
    """Put the datapoints of today for the buckets of an account in a Region that have none yet."""
    from moto.s3.models import s3_backends

    backends: dict[str, Any] = dict.get(s3_backends, account) or {}  # type: ignore[arg-type]
    store = store_of(account, region)
    midnight = context().clock.timestamp() // _DAY * _DAY
    for bucket in [one for backend in list(backends.values()) for one in list(backend.buckets.values())]:
        if bucket.region_name != region:
            continue
        count = key_of("AWS/S3", "NumberOfObjects", (("BucketName", bucket.name), ("StorageType", "AllStorageTypes")))
        if (store.last(count) or 0.0) < midnight:
            size = key_of(
                "AWS/S3", "BucketSizeBytes", (("BucketName", bucket.name), ("StorageType", "StandardStorage"))
            )
            # All versions count, delete markers too, which have no size.
            sizes = [getattr(version, "size", 0) for name in list(bucket.keys) for version in bucket.keys.getlist(name)]
            store.put(count, moment=midnight, value=len(sizes), unit="Count", told=True)
            store.put(size, moment=midnight, value=sum(sizes), unit="Bytes", told=True)
