"""What is left in IAM, which belongs to no region.

It deliberately reads Moto's models and changes nothing.
"""

from __future__ import annotations

from typing import Any

from . import ACCOUNT
from .spot_role import PATH


def leftovers() -> dict[str, list[Any]]:
    """Roles and instance profiles of the account but for those of services, with path and tags."""
    from moto.iam.models import iam_backends

    backend = iam_backends[ACCOUNT]["aws"]
    return {
        "roles": [_shown(role) for role in list(backend.get_roles()) if not role.path.startswith(PATH)],
        "instance_profiles": [_shown(profile) for profile in list(backend.get_instance_profiles())],
    }


def _shown(of: Any) -> dict[str, Any]:
    tags = of.tags.values() if isinstance(of.tags, dict) else of.tags or []
    return {"name": of.name, "path": of.path, "tags": {tag["Key"]: tag["Value"] for tag in tags}}
