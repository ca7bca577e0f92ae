"""The Service Quotas API, JSON 1.1: what each call answers and refuses.

It deliberately serves EC2's quotas at the level of the account only; resources have none of their own here.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/Welcome.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .. import ACCOUNT
from ..calls import Call
from ..errors import AwsError
from ..paging import BadToken, page
from ..web import Response
from .book import BOOK, STATUSES, Increase
from .catalog import QUOTAS, Quota

_SERVICES = [{"ServiceCode": "ec2", "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)"}]
_PAGE = 20
_CODES = re.compile("[a-zA-Z][a-zA-Z0-9-]{1,128}")
_REQUIRED = {
    "GetServiceQuota": ("ServiceCode", "QuotaCode"),
    "GetAWSDefaultServiceQuota": ("ServiceCode", "QuotaCode"),
    "ListServiceQuotas": ("ServiceCode",),
    "ListAWSDefaultServiceQuotas": ("ServiceCode",),
    "RequestServiceQuotaIncrease": ("ServiceCode", "QuotaCode", "DesiredValue"),
    "GetRequestedServiceQuotaChange": ("RequestId",),
    "ListRequestedServiceQuotaChangeHistoryByQuota": ("ServiceCode", "QuotaCode"),
}


def answer_quotas(call: Call) -> Response:
    action = _ACTIONS.get(call.action)
    if action is None:
        raise AwsError(501, "NotImplemented", f"The lab has not got {call.action}")
    _check(call)
    response = Response.json(action(call))
    response.headers = [("Content-Type", "application/x-amz-json-1.1")]
    return response


def _list(call: Call) -> dict[str, Any]:
    wanted = call.params.get("QuotaCode")
    applied = [quota for quota in QUOTAS.values() if BOOK.is_applied(call.region, quota.code)]
    found = [_shape(quota, call.region) for quota in applied if wanted in (None, quota.code)]
    return _page(call, "Quotas", found)


def _list_defaults(call: Call) -> dict[str, Any]:
    return _page(call, "Quotas", [_default_shape(quota, call.region) for quota in QUOTAS.values()])


def _request(call: Call) -> dict[str, Any]:
    quota, value = _quota(call), float(call.params["DesiredValue"])
    if value <= BOOK.value(call.region, quota.code):
        raise _illegal("You must provide a quota value greater than the current quota value")
    increase = BOOK.ask(call.region, quota.code, value)
    if increase is None:
        message = "Only one open service quota increase request is allowed per quota."
        raise AwsError(400, "ResourceAlreadyExistsException", message)
    return {"RequestedQuota": _increase_shape(increase)}


def _get_increase(call: Call) -> dict[str, Any]:
    for increase in BOOK.increases(call.region):
        if increase.id == call.params["RequestId"]:
            return {"RequestedQuota": _increase_shape(increase)}
    raise _missing("request")


def _history(call: Call) -> dict[str, Any]:
    code, status = call.params.get("QuotaCode"), call.params.get("Status")
    if code is not None:
        _quota(call)
    found = [
        _increase_shape(increase)
        for increase in BOOK.increases(call.region)
        if code in (None, increase.code) and status in (None, increase.status)
    ]
    return _page(call, "RequestedQuotas", found)


_ACTIONS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "ListServices": lambda call: _page(call, "Services", _SERVICES),
    "ListServiceQuotas": _list,
    "ListAWSDefaultServiceQuotas": _list_defaults,
    "GetServiceQuota": lambda call: {"Quota": _shape(_applied(call), call.region)},
    "GetAWSDefaultServiceQuota": lambda call: {"Quota": _default_shape(_quota(call), call.region)},
    "RequestServiceQuotaIncrease": _request,
    "GetRequestedServiceQuotaChange": _get_increase,
    "ListRequestedServiceQuotaChangeHistory": _history,
    "ListRequestedServiceQuotaChangeHistoryByQuota": _history,
}


def _check(call: Call) -> None:
    """The constraints that the API's model sets on parameters."""
    params = call.params
    for name in _REQUIRED.get(call.action, ()):
        if params.get(name) is None:
            raise _illegal(f"Value null at '{name}' failed to satisfy constraint: Member must not be null")
    for name in ("ServiceCode", "QuotaCode"):
        if name in params and not _CODES.fullmatch(str(params[name])):
            raise _unsatisfied(params, name, f"satisfy regular expression pattern: {_CODES.pattern}")
    if not 1 <= params.get("MaxResults", 1) <= 100:
        raise _unsatisfied(params, "MaxResults", "have value between 1 and 100")
    if not 0 <= params.get("DesiredValue", 0) <= 1e10:
        raise _unsatisfied(params, "DesiredValue", "have value between 0 and 10000000000")
    if params.get("Status", "PENDING") not in STATUSES:
        raise _unsatisfied(params, "Status", f"satisfy enum value set: [{', '.join(STATUSES)}]")
    if params.get("ServiceCode", "ec2") != "ec2":
        raise _missing("service")


def _quota(call: Call) -> Quota:
    if call.params["QuotaCode"] not in QUOTAS:
        raise _missing("quota")
    return QUOTAS[call.params["QuotaCode"]]


def _applied(call: Call) -> Quota:
    quota = _quota(call)
    if not BOOK.is_applied(call.region, quota.code):
        raise _missing("quota")
    return quota


def _page(call: Call, member: str, items: list[Any]) -> dict[str, Any]:
    try:
        found, token = page(call.action, items, call.params.get("NextToken"), call.params.get("MaxResults", _PAGE))
    except BadToken:
        raise AwsError(400, "InvalidPaginationTokenException", "Invalid input was provided.") from None
    return {member: found, **({"NextToken": token} if token else {})}


def _shape(quota: Quota, region: str) -> dict[str, Any]:
    arn = f"arn:aws:servicequotas:{region}:{ACCOUNT}:ec2/{quota.code}"
    return _default_shape(quota, region) | {
        "QuotaArn": arn,
        "Value": BOOK.value(region, quota.code),
        "QuotaAppliedAtLevel": "ACCOUNT",
    }


def _default_shape(quota: Quota, region: str) -> dict[str, Any]:
    shape = _SERVICES[0] | {
        "QuotaArn": f"arn:aws:servicequotas:{region}::ec2/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": quota.default,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
    if quota.usage_class:
        dimensions = {"Class": quota.usage_class, "Resource": "vCPU", "Service": "EC2", "Type": "Resource"}
        shape["UsageMetric"] = {
            "MetricNamespace": "AWS/Usage",
            "MetricName": "ResourceCount",
            "MetricDimensions": dimensions,
            "MetricStatisticRecommendation": "Maximum",
        }
    return shape


def _increase_shape(increase: Increase) -> dict[str, Any]:
    shape = _SERVICES[0] | {
        "Id": increase.id,
        "QuotaCode": increase.code,
        "QuotaName": QUOTAS[increase.code].name,
        "DesiredValue": increase.value,
        "Status": increase.status,
        "Created": increase.created,
        "LastUpdated": increase.updated,
        "Requester": f'{{"accountId":"{ACCOUNT}","callerArn":"arn:aws:iam::{ACCOUNT}:root"}}',
        "QuotaArn": f"arn:aws:servicequotas:{increase.region}:{ACCOUNT}:ec2/{increase.code}",
        "GlobalQuota": False,
        "Unit": "None",
        "QuotaRequestedAtLevel": "ACCOUNT",
    }
    return shape | ({"CaseId": increase.case_id} if increase.case_id else {})


def _missing(what: str) -> AwsError:
    message = f"The request failed because the specified {what} does not exist."
    return AwsError(400, "NoSuchResourceException", message)


def _illegal(message: str) -> AwsError:
    return AwsError(400, "IllegalArgumentException", message)


def _unsatisfied(params: dict[str, Any], name: str, must: str) -> AwsError:
    return _illegal(f"Value '{params[name]}' at '{name}' failed to satisfy constraint: Member must {must}")
