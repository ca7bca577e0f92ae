"""AWS errors and the shape in which each service writes them.

It deliberately knows no service's list of errors: whoever refuses a call names status, code and message.
"""

from __future__ import annotations

import json
import re
from uuid import uuid4
from xml.sax.saxutils import escape

from .web import Response

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUERY_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_CODE_IN_XML = re.compile(rb"<Code>([^<]+)</Code>")


class AwsError(Exception):
    """A call that AWS refuses."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def error_response(service: str, error: AwsError) -> Response:
    """The error as this service would write it."""
    request_id = str(uuid4())
    headers = [("Content-Type", "text/xml;charset=UTF-8"), ("x-amzn-RequestId", request_id), *error.headers.items()]
    code, message = escape(error.code), escape(error.message)
    if service == "ec2":
        text = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif service == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
    elif service in _QUERY_NAMESPACES:
        blame = "Sender" if error.status < 500 else "Receiver"
        text = (
            f'<ErrorResponse xmlns="{_QUERY_NAMESPACES[service]}"><Error><Type>{blame}</Type><Code>{code}</Code>'
            f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    else:
        return _json_response(error, request_id, "Message" if service == "servicequotas" else "message")
    return Response(error.status, (_DECLARATION + text).encode(), headers)


def error_code(response: Response) -> str | None:
    """The code of an error that is already written, whatever its shape."""
    if response.status < 400:
        return None
    if found := _CODE_IN_XML.search(response.body):
        return found.group(1).decode()
    try:
        return json.loads(response.body)["__type"].rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return None


def _json_response(error: AwsError, request_id: str, member: str) -> Response:
    body = json.dumps({"__type": error.code, member: error.message}).encode()
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", request_id)]
    return Response(error.status, body, headers)
