"""The Parameter Store where Moto is thin: the sizes of values by tier, what no value may hold, how many names a call has.

It deliberately encrypts nothing and holds nobody to a role's policy.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

from typing import Any

from . import ACCOUNT
from .calls import Call
from .errors import AwsError

_MOST_BYTES = {"Standard": 4096, "Advanced": 8192}
_MOST_NAMES = 10


def check_parameters(call: Call) -> None:
    """Raises AwsError for what Moto would take and the Parameter Store does not."""
    if call.action == "PutParameter":
        _check_put(call)
    elif call.action in ("DeleteParameters", "GetParameters"):
        names = call.params.get("Names", [])
        if not 1 <= len(names) <= _MOST_NAMES:
            raise _refused("Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10")


def leftovers() -> dict[str, list[str]]:
    """The names of the account's own parameters, by region."""
    from moto.ssm.models import ssm_backends

    regions = {region: sorted(dict.keys(ssm._parameters)) for region, ssm in list(ssm_backends[ACCOUNT].items())}
    return {
        region: own
        for region, names in regions.items()
        if (own := [name for name in names if not name.startswith("/aws/") and _of(region, name)])
    }


def _check_put(call: Call) -> None:
    name, value = call.params.get("Name", ""), call.params.get("Value", "")
    if "{{" in value and "}}" in value:
        raise _refused(f"Parameter value {value} can't nest another parameter. Do not use {{{{}}}} in the value.")
    tier = call.params.get("Tier", "Standard")
    there = _of(call.region, name)
    if there and there.tier == "Advanced" and tier == "Standard":
        raise _refused(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the"
            " advanced-parameter tier to the standard-parameter tier."
        )
    if len(value.encode()) > _MOST_BYTES.get(tier, _MOST_BYTES["Advanced"]):
        raise _refused(f"The size of the value is more than the {tier} tier has.")


def _of(region: str, name: str) -> Any:
    from moto.ssm.models import ssm_backends

    parameters = ssm_backends[ACCOUNT][region]._parameters
    versions = dict.get(parameters, name)
    return versions[-1] if versions else None


def _refused(message: str) -> AwsError:
    return AwsError(400, "ValidationException", message)
