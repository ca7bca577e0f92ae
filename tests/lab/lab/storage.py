"""What S3 refuses and Moto does not: strangers' buckets, wrong expected owners, stale or altered presigned URLs.

It deliberately checks no signature and knows no bucket policies: a stranger's bucket is private.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from . import ACCOUNT
from .calls import Call
from .errors import AwsError

_OWNER_HEADER = "x-amz-expected-bucket-owner"
_REGION_HEADER = "x-amz-bucket-region"


def check_storage(call: Call) -> None:
    if call.presigned:
        _check_presigned(call)
    owner = bucket_owner(call.bucket)
    if owner is None:
        return
    if call.action == "CreateBucket":
        _check_name_is_free(owner)
    elif owner != ACCOUNT or call.request.headers.get(_OWNER_HEADER, owner) != owner:
        raise AwsError(403, "AccessDenied", "Access Denied", {_REGION_HEADER: bucket_region(call.bucket)})
    elif not call.presigned and call.region != bucket_region(call.bucket):
        raise AwsError(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
            {_REGION_HEADER: bucket_region(call.bucket)},
        )


def bucket_region(name: str) -> str:
    from moto.s3.models import s3_backends

    _, owner = s3_backends.bucket_accounts[name]
    return s3_backends[owner]["aws"].buckets[name].region_name


def bucket_owner(name: str) -> str | None:
    from moto.s3.models import s3_backends

    _, owner = s3_backends.bucket_accounts.get(name, (None, None))
    return owner


def make_bucket(name: str, region: str, account: str) -> None:
    """A bucket of any account; names are one space for all of them."""
    from moto.s3.models import s3_backends

    s3_backends[account]["aws"].create_bucket(name, region)


def buckets() -> list[dict[str, Any]]:
    """The account's own buckets with how much is in them."""
    return [
        {"name": bucket.name, "region": bucket.region_name, "objects": len(bucket.keys)} for bucket in _own_buckets()
    ]


def contents() -> list[dict[str, Any]]:
    """The same with the names of what is in them."""
    return [
        {"name": bucket.name, "region": bucket.region_name, "keys": sorted(bucket.keys)} for bucket in _own_buckets()
    ]


def _own_buckets() -> list[Any]:
    from moto.s3.models import s3_backends

    return list(s3_backends[ACCOUNT]["aws"].buckets.values())


def _check_name_is_free(owner: str) -> None:
    """An own bucket is left to Moto, which knows that us-east-1 differs there."""
    if owner != ACCOUNT:
        raise AwsError(
            409,
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again.",
        )


def _check_presigned(call: Call) -> None:
    query, headers = call.request.query, call.request.headers
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if datetime.now(timezone.utc) > signed_at + timedelta(seconds=int(query["X-Amz-Expires"])):
        raise AwsError(403, "AccessDenied", "Request has expired")
    signed = query["X-Amz-SignedHeaders"].split(";")
    if any(name not in headers for name in signed):
        raise AwsError(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
        )
    if _OWNER_HEADER in headers and _OWNER_HEADER not in signed:
        raise AwsError(403, "AccessDenied", "There were headers present in the request which were not signed")
