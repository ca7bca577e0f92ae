"""An AWS request read: which service, region and action, with which parameters, by which access key.

It deliberately believes what the request says; signatures are never checked.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .web import Request

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_READING = ("Describe", "Get", "List", "Head", "Lookup", "Search")
_BUCKET_PARTS = {
    "publicAccessBlock": "PublicAccessBlock",
    "encryption": "BucketEncryption",
    "versioning": "BucketVersioning",
    "lifecycle": "BucketLifecycleConfiguration",
    "location": "BucketLocation",
    "policy": "BucketPolicy",
    "tagging": "BucketTagging",
    "ownershipControls": "BucketOwnershipControls",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head", "POST": "Post"}


@dataclass
class Call:
    request: Request
    service: str
    region: str
    action: str
    params: dict[str, Any]
    access_key: str | None

    @property
    def mutating(self) -> bool:
        """Whether the call changes anything; a dry run does not."""
        if self.service == "s3":
            return self.request.method in ("PUT", "POST", "DELETE")
        return not self.action.startswith(_READING) and self.params.get("DryRun") != "true"

    @property
    def bucket(self) -> str:
        return self.request.path.lstrip("/").partition("/")[0]

    @property
    def presigned(self) -> bool:
        return "X-Amz-Signature" in self.request.query


def read_call(request: Request) -> Call:
    """An unsigned request is taken for S3 in us-east-1, as Moto takes it."""
    credential = "Credential=" + request.query.get("X-Amz-Credential", "")
    found = _CREDENTIAL.search(request.headers.get("Authorization", "") or credential)
    access_key, region, service = found.groups() if found else (None, "us-east-1", "s3")
    if service == "s3":
        return Call(request, service, region, _s3_action(request), _s3_params(request), access_key)
    if target := request.headers.get("X-Amz-Target"):
        return Call(request, service, region, target.rpartition(".")[2], _json_params(request), access_key)
    form = request.query | dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    action = form.pop("Action", request.method)
    return Call(request, service, region, action, form, access_key)


def _json_params(request: Request) -> dict[str, Any]:
    try:
        return json.loads(request.body or b"{}")
    except ValueError:
        return {}


def _s3_params(request: Request) -> dict[str, Any]:
    return {"method": request.method, "path": request.path, "query": request.query}


def _s3_action(request: Request) -> str:
    bucket, _, key = request.path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets"
    return _object_action(request) if key else _bucket_action(request)


def _object_action(request: Request) -> str:
    query, method = request.query, request.method
    if "uploads" in query:
        return "CreateMultipartUpload"
    if "uploadId" in query:
        return {
            "PUT": "UploadPart",
            "POST": "CompleteMultipartUpload",
            "DELETE": "AbortMultipartUpload",
        }.get(method, "ListParts")
    part = "Tagging" if "tagging" in query else ""
    return f"{_VERBS.get(method, method)}Object{part}"


def _bucket_action(request: Request) -> str:
    query, method = request.query, request.method
    if "delete" in query:
        return "DeleteObjects"
    for part, name in _BUCKET_PARTS.items():
        if part in query:
            return _VERBS.get(method, method) + name
    if method == "GET":
        return "ListObjectsV2" if query.get("list-type") == "2" else "ListObjects"
    return {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}.get(method, "PostObject")
