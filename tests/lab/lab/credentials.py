"""Two access keys that AWS turns away: `EXPIRED` and `DENIED`. Every other one is the owner of the account.

It deliberately evaluates no policies: a key may do everything or nothing but say who it is.
"""

from __future__ import annotations

from . import ACCOUNT
from .calls import Call
from .errors import AwsError

_EXPIRED = {
    "ec2": (400, "RequestExpired", "Request has expired."),
    "s3": (400, "ExpiredToken", "The provided token has expired."),
    "ssm": (400, "ExpiredTokenException", "The security token included in the request is expired"),
}
_EXPIRED_ELSEWHERE = (403, "ExpiredToken", "The security token included in the request is expired")


def check_credentials(call: Call) -> None:
    if call.access_key == "EXPIRED":
        raise AwsError(*_EXPIRED.get(call.service, _EXPIRED_ELSEWHERE))
    if call.access_key == "DENIED" and (call.service, call.action) != ("sts", "GetCallerIdentity"):
        raise _denied(call)


def _denied(call: Call) -> AwsError:
    if call.service == "ec2":
        return AwsError(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
    if call.service == "s3":
        return AwsError(403, "AccessDenied", "Access Denied")
    message = f"User: arn:aws:iam::{ACCOUNT}:user/denied is not authorized to perform: {call.service}:{call.action}"
    if call.service in ("iam", "sts"):
        return AwsError(403, "AccessDenied", message)
    return AwsError(400, "AccessDeniedException", message)
