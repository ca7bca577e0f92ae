"""Pools that have no room: where EC2 has no machine of a type left to give, and what it then says.

It deliberately counts only where control says for how many machines there is room; any other pool has room without end.
Room in reservations is theirs, and machines that end give none back.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
"""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..errors import AwsError
from .reservations import both_zones

if TYPE_CHECKING:
    from .launch_rules import Checked, Wish

_MARKETS = ("on-demand", "spot")


class Room:
    def __init__(self) -> None:
        self._lock = Lock()
        self._left: dict[tuple[str, str, str], int] = {}

    def set(
        self, region: str, type: str, zone: str | None = None, market: str = "on-demand", room: bool | int = False
    ) -> None:
        """A zone by its name or id, or all of them; room for so many machines each, for any number or for none."""
        if market not in _MARKETS:
            raise ValueError(f"market must be one of {', '.join(_MARKETS)}")
        zones = _zones_with(region, type) if zone is None else [_name(region, zone)]
        pools = {(type, name, market) for name in zones}
        with self._lock:
            for pool in pools:
                self._left.pop(pool, None)
                if room is not True:
                    self._left[pool] = int(room)

    def is_there(self, instance_type: str, zone: str, market: str, least: int = 1) -> bool:
        with self._lock:
            return self._left.get((instance_type, zone, market), least) >= least

    def take(self, instance_type: str, zone: str, market: str, most: int) -> int:
        """How many machines there is room for; the room is gone then."""
        with self._lock:
            pool = (instance_type, zone, market)
            taken = min(most, self._left.get(pool, most))
            if pool in self._left:
                self._left[pool] -= taken
            return taken

    def reset(self) -> None:
        with self._lock:
            self._left.clear()


ROOM = Room()


def with_room(ec2: Any, wish: Wish, checked: Checked, market: str | None, least: int) -> Checked:
    """What was checked, in a zone that has room for so many; without one it is refused as EC2 does."""
    pool_market = market or "on-demand"
    if ROOM.is_there(wish.instance_type, checked.zone, pool_market, least):
        return checked
    zones = _zones_with(ec2.region_name, wish.instance_type)
    free = sorted(zone for zone in zones if ROOM.is_there(wish.instance_type, zone, pool_market, least))
    pinned = bool(wish.zone_name or wish.zone_id or wish.subnet_ids)
    subnets = ec2.get_default_subnets()
    if not pinned:
        for zone in free:
            if zone in subnets:
                return replace(checked, zone=zone, subnet_id=subnets[zone].id)
    raise AwsError(500, "InsufficientInstanceCapacity", _words(wish.instance_type, checked.zone, pool_market, free, pinned))


def full_words(instance_type: str, zone: str, market: str) -> str:
    """What is said of a pool that gave all it had."""
    return _words(instance_type, zone, market, [], True)


def _words(instance_type: str, zone: str, market: str, free: list[str], pinned: bool) -> str:
    if market == "spot":
        return "There is no Spot capacity available that matches your request."
    working = "Our system will be working on provisioning additional capacity."
    if not pinned:
        return (
            f"We currently do not have sufficient {instance_type} capacity in zones with support for 'gp3' volumes. "
            f"{working}"
        )
    text = (
        f"We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested ({zone}). "
        f"{working}"
    )
    if not free:
        return text
    return (
        f"{text} You can currently get {instance_type} capacity by not specifying an Availability Zone in your request "
        f"or choosing {', '.join(free)}."
    )


def _zones_with(region: str, instance_type: str) -> list[str]:
    # Control loads this module before Moto may be.
    from .launch_rules import zones_with

    return zones_with(region, instance_type)


def _name(region: str, zone: str) -> str:
    try:
        return both_zones(region, zone, None)[0]
    except LookupError:
        return both_zones(region, None, zone)[0]
