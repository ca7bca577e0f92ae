"""The role that EC2 needs for spot machines: there once the account has had one, as most accounts have.

It deliberately evaluates no policies: whether a caller may have EC2 make the role is set by control.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from . import ACCOUNT
from .errors import AwsError

_NAME = "AWSServiceRoleForEC2Spot"
_SERVICE = "spot.amazonaws.com"
# The roles of services are their owners' no more than the services are.
PATH = "/aws-service-role/"


class SpotRole:
    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        self._kept_away = False
        self._may_be_made = True

    def set(self, present: bool, may_be_made: bool = True) -> None:
        """For the control API: whether the role is there, and whether a launch may have EC2 make it."""
        backend = _iam()
        if not present and _is_there(backend):
            backend.delete_service_linked_role(_NAME)
        self._kept_away = not present
        self._may_be_made = may_be_made
        self.settle()

    def settle(self) -> None:
        """Put the role there, unless control has taken it away. Before each answer of IAM."""
        with self._lock:
            backend = _iam()
            if not self._kept_away and not _is_there(backend):
                backend.create_service_linked_role(_SERVICE, "", "")

    def check_launch(self, market: str | None) -> None:
        """A spot launch without the role makes it, or is refused where that is not permitted."""
        if market != "spot" or not self._kept_away or _is_there(_iam()):
            return
        if not self._may_be_made:
            raise AwsError(
                403,
                "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
                "The provided credentials do not have permission to create the service-linked role for EC2 Spot "
                "Instances.",
            )
        self._kept_away = False
        self.settle()


def _iam() -> Any:
    # Moto is imported when the lab runs already: it reads the environment as it is imported.
    from moto.iam.models import iam_backends

    return iam_backends[ACCOUNT]["aws"]


def _is_there(backend: Any) -> bool:
    return any(role.name == _NAME for role in list(backend.get_roles()))


SPOT_ROLE = SpotRole()
