"""Instance profiles as EC2 sees them: a new one is known to it only after a while.

It deliberately counts launches instead of seconds, so that a test sees the same each time.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

from typing import Any

from ..errors import AwsError


class InstanceProfiles:
    def __init__(self) -> None:
        self.set()

    def set(self, unknown_launches: int = 0) -> None:
        """The next so many launches with a profile are refused as if EC2 had never heard of it."""
        self._unknown = unknown_launches

    def check(self, account: str, partition: str, asked: dict[str, Any]) -> None:
        """Refuse a launch with a profile that EC2 does not know, or that holds no role."""
        from moto.iam.models import iam_backends

        if not asked:
            return
        named = "name" if "Name" in asked else "arn"
        value = asked.get("Name") or asked.get("Arn")
        found = [
            profile
            for profile in iam_backends[account][partition].get_instance_profiles()
            if value in (profile.name, profile.arn)
        ]
        known = bool(found) and self._unknown <= 0
        self._unknown = max(self._unknown - 1, 0)
        if not known:
            what = "name" if named == "name" else "ARN"
            raise _invalid(
                f"Value ({value}) for parameter iamInstanceProfile.{named} is invalid. "
                f"Invalid IAM Instance Profile {what}"
            )
        if not found[0].roles:
            raise _invalid(f'IAM Instance Profile "{found[0].arn}" has no associated IAM Roles')


def _invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterValue", message)


PROFILES = InstanceProfiles()
