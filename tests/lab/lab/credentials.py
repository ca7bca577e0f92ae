"""Three access keys that AWS turns away: `EXPIRED`, `INVALID` and `DENIED`. Every other one owns the account.

It deliberately evaluates no policies: a key may do everything or nothing but say who it is. In a region that the
account has not enabled no key is known, as at AWS.
"""

from __future__ import annotations

from . import ACCOUNT
from .calls import Call
from .errors import AwsError
from .optin import REGIONS

_EXPIRED = {
    "ec2": (400, "RequestExpired", "Request has expired."),
    "s3": (400, "ExpiredToken", "The provided token has expired."),
    "ssm": (400, "ExpiredTokenException", "The security token included in the request is expired"),
    "servicequotas": (400, "ExpiredTokenException", "The security token included in the request is expired"),
}
_EXPIRED_ELSEWHERE = (403, "ExpiredToken", "The security token included in the request is expired")
_INVALID = {
    "ec2": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "s3": (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "ssm": (400, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "servicequotas": (400, "UnrecognizedClientException", "The security token included in the request is invalid."),
}
_INVALID_ELSEWHERE = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
# Which of its regions S3 refuses, and how, is left out; IAM has none.
_WITHOUT_OPT_IN = ("s3", "iam")


def check_credentials(call: Call) -> None:
    if call.access_key == "EXPIRED":
        raise AwsError(*_EXPIRED.get(call.service, _EXPIRED_ELSEWHERE))
    out = call.service not in _WITHOUT_OPT_IN and not REGIONS.enabled(call.region)
    if out or call.access_key == "INVALID":
        raise AwsError(*_INVALID.get(call.service, _INVALID_ELSEWHERE))
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
