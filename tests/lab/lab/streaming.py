"""Uploads in `aws-chunked` encoding, put together before Moto sees them.

Moto unpacks them too, but in time quadratic in their size. Chunk signatures are deliberately ignored, as all
signatures are; a CRC32 in the trailer is held against the body.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import base64
import copy
import zlib

from .errors import AwsError
from .web import Request

_FRAMING_HEADERS = ("X-Amz-Decoded-Content-Length", "X-Amz-Trailer", "X-Amz-Content-Sha256", "Content-Encoding")
_CHECKSUM = "x-amz-checksum-"


def without_chunk_signatures(request: Request) -> Request:
    """The request as it would be had the body been sent in one piece."""
    if not request.headers.get("X-Amz-Content-Sha256", "").startswith("STREAMING-"):
        return request
    body, trailer = _unpack(request.body)
    _check_crc32(body, trailer)
    headers = copy.copy(request.headers)
    encodings = [part.strip() for part in headers.get("Content-Encoding", "").split(",")]
    kept = ",".join(part for part in encodings if part not in ("", "aws-chunked"))
    for name in _FRAMING_HEADERS:
        del headers[name]
    if kept:
        headers["Content-Encoding"] = kept
    headers["X-Amz-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    for name, value in trailer.items():
        if name.startswith(_CHECKSUM):
            headers[name] = value
            # Moto looks for a checksum of the algorithm named here only.
            del headers["X-Amz-Sdk-Checksum-Algorithm"]
            headers["X-Amz-Sdk-Checksum-Algorithm"] = name.removeprefix(_CHECKSUM).upper()
    return Request(request.method, request.target, headers, body)


def _unpack(framed: bytes) -> tuple[bytes, dict[str, str]]:
    view, chunks, position = memoryview(framed), [], 0
    while True:
        line_end = framed.index(b"\r\n", position)
        size = int(framed[position:line_end].partition(b";")[0], 16)
        position = line_end + 2
        if size == 0:
            return b"".join(chunks), _trailer(framed[position:])
        chunks.append(view[position : position + size])
        position += size + 2


def _trailer(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _check_crc32(body: bytes, trailer: dict[str, str]) -> None:
    told = trailer.get("x-amz-checksum-crc32")
    if told is not None and base64.b64decode(told) != zlib.crc32(body).to_bytes(4, "big"):
        raise AwsError(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")
