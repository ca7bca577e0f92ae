"""The credentials of machines' roles, and what they may do at the Parameter Store: what the role's own policies allow.

It deliberately reads no conditions and no attached policies, and holds roles to nothing but the Parameter Store.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from . import ACCOUNT
from .calls import Call
from .errors import AwsError

if TYPE_CHECKING:
    from .ec2.machine import Machine

_KEY = "ASIAROLE-"


def credentials_of(machine: Machine) -> dict[str, str]:
    """What a machine finds below `meta-data/` of its role; nothing where it has none."""
    from moto.ec2.models import ec2_backends

    given = ec2_backends[ACCOUNT][machine.region_name].iam_instance_profile_associations.get(machine.id)
    if not given or not given.iam_instance_profile.roles:
        return {}
    name, now = given.iam_instance_profile.roles[0].name, datetime.now(timezone.utc)
    told = {
        "Code": "Success",
        "LastUpdated": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "Type": "AWS-HMAC",
        "AccessKeyId": f"{_KEY}{name}",
        "SecretAccessKey": "lab",
        "Token": "lab",
        "Expiration": f"{now + timedelta(hours=6):%Y-%m-%dT%H:%M:%SZ}",
    }
    return {f"iam/security-credentials/{name}": json.dumps(told)}


def check_role(call: Call) -> None:
    """Raises AwsError for what a machine's role may not do at the Parameter Store."""
    role = (call.access_key or "").partition(_KEY)[2]
    if call.service != "ssm" or not role:
        return
    for resource in _resources(call):
        if not any(_allows(statement, call.action, resource) for statement in _statements(role)):
            raise AwsError(
                400,
                "AccessDeniedException",
                f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role} is not authorized to perform: ssm:{call.action}"
                f" on resource: {resource} because no identity-based policy allows the ssm:{call.action} action",
            )


def _resources(call: Call) -> list[str]:
    """A path is asked for as a resource of its own."""
    params = call.params
    names = params.get("Names") or [params.get("Name") or params.get("Path") or "*"]
    return [f"arn:aws:ssm:{call.region}:{ACCOUNT}:parameter/{name.lstrip('/')}" for name in names]


def _statements(role: str) -> list[dict[str, Any]]:
    from moto.iam.models import iam_backends

    found = [one for one in iam_backends[ACCOUNT]["aws"].get_roles() if one.name == role]
    documents = [json.loads(unquote(text)) for one in found for text in one.policies.values()]
    return [statement for document in documents for statement in _several(document["Statement"])]


def _allows(statement: dict[str, Any], action: str, resource: str) -> bool:
    return (
        statement["Effect"] == "Allow"
        and any(fnmatchcase(f"ssm:{action}", pattern) for pattern in _several(statement.get("Action", [])))
        and any(fnmatchcase(resource, pattern) for pattern in _several(statement.get("Resource", [])))
    )


def _several(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [one]
