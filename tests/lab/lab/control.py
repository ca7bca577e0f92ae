"""The control API, JSON over HTTP: what tests use to look behind AWS and to make things go wrong.

It deliberately offers nothing that AWS itself offers. Bodies and answers are JSON; `{}` says done.

    GET    /requests?since=N         requests after number N, in order of arrival
    GET    /machines                 every machine of every region, terminated ones too
    POST   /machines/ID/metadata     open its metadata service -> {"endpoint": "http://127.0.0.1:PORT"}
    POST   /machines/ID/misbehaviour its metadata service: {"hang_ms": 0, "status": 500, "times": 0}
    POST   /machines/ID/metadata-options {"HttpTokens": "optional", "HttpEndpoint": "enabled"}: set, as by another user
    POST   /machines/ID/notices      {"spot/instance-action": {…}, "events/recommendations/rebalance": {…}}; null: none
    POST   /machines/ID/power-off    its operating system shuts down
    POST   /machines/ID/console      {"text": …}, or {"file": …}: what is on its console now; nothing at first
    POST   /machines/ID/address      {"address": "10.0.0.15"}: its public address, where it really runs
    POST   /machines/ID/session-manager {"connected": true}: its SSM Agent has reached Session Manager
    POST   /machines/ID/tags         {"key": "value"}: set, as by another user of the account
    GET    /account                  what is left that an owner would pay for or trip over, by region
    POST   /clock                    {"ahead_s": 600}: how much the Date of answers is ahead
    POST   /timing                   {"pending_ms": 300, "ending_ms": 300}
    POST   /latency                  {"ms": 100, "action": "RunInstances"}; without an action: of all
    GET    /faults                   the faults with how many times each will still strike
    POST   /room                     {"region": …, "type": "g6.xlarge", "zone": …, "market": "spot", "room": false}; or for how many
    POST   /fleet-errors             {"code": "VcpuLimitExceeded", "type": …, "market": …, "times": 1, …}: of pools of fleets
    POST   /deaths                   {"code": "Server.InsufficientInstanceCapacity", "times": 1, …}: of machines that start
    POST   /faults                   {"kind": …, "action": …, "service": …, "region": …, "params": {…}, "times": N,
                                     "spare": N: so many pass before, "changes": true: calls that change something, …}
    DELETE /faults                   clear them
    GET    /buckets                  the account's buckets with the names of what is in them
    POST   /buckets                  {"name": …, "region": "us-east-1", "account": "210987654321"}: a stranger's bucket
    POST   /images                   {"region": …, "Architecture": …, …}, as DescribeImages names them -> {"ImageId": …}
    POST   /instance-profiles        {"unknown_launches": 2}: the next launches with a profile find it unknown
    POST   /quotas                   {"region": …, "code": "L-1216C47A", "value": 5}; null: as many as one likes
    POST   /quota-requests           {"id": …, "status": "APPROVED"}: what becomes of a request for more
    POST   /capacity-reservations    {"region": …, "InstanceType": …, …}, as DescribeCapacityReservations names them
    POST   /capacity-block-offerings {"region": …, "InstanceType": …, …}, as DescribeCapacityBlockOfferings names them
    POST   /placement-scores         {"region": …, "zone_id": …, "score": 9}, {"most_configurations": 10}
    POST   /spot-prices              {"region": …, "type": …, "zone": …, "series": [{"at": …, "price": …}], …}
    POST   /spot-role                {"present": false, "may_be_made": true}: the role that spot machines need
    POST   /regions                  {"region": "af-south-1", "opt_in_status": "opted-in"}
    POST   /default-network          {"region": "us-east-1", "present": false}: a region without a default network
    POST   /subnets                  {"id": …, "free_addresses": 0}: how many addresses of it are free now
    POST   /paging                   {"largest": 2}: no page has more items; null: as the services do
    POST   /feeds                    {"path": "/spot.json", "body": …}: a public document at `feeds`
    GET    /feeds/requests?since=N   requests for documents
    GET    /feeds/faults             what is wrong with documents, with how many times each will still strike
    POST   /feeds/faults             {"kind": …, "path": "/spot.json", "times": N, …}
    DELETE /feeds/faults             clear them
    POST   /check-ip                 {"address": "203.0.113.7", "status": 200}
    POST   /ssh                      {"on": false}
    POST   /reset                    a fresh account, no log, no faults, all switches back

Kinds of fault: `throttle`; `error` with `status`, `code`, `message`; `drop` closes the connection before the call is
done; `lost-answer` after it is done; `hang` waits `ms` and goes on; `late-answer` waits `ms` when it is done;
`corrupt` changes a bit of its answer's last byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from . import storage, views
from .clock import CLOCK
from .ec2.deaths import DEATHS
from .ec2.fleet_errors import FLEET_ERRORS
from .ec2.network_control import set_default_network, set_subnet
from .ec2.instance_profiles import PROFILES
from .ec2.offerings import OFFERINGS
from .ec2.own_images import put_image
from .ec2.placement_scores import SCORES
from .ec2.reservations import RESERVATIONS
from .ec2.room import ROOM
from .ec2.spot_prices import SPOT_PRICES
from .ec2.timing import TIMING
from .optin import REGIONS
from .paging import PAGING
from .quotas.book import BOOK
from .sessions import SESSIONS
from .spot_role import SPOT_ROLE
from .state import State
from .web import Request, Response

_MACHINE = r"/machines/(i-[0-9a-f]+)"


class Control:
    def __init__(self, state: State) -> None:
        self._state = state
        disturbances = state.disturbances
        self._routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", "/requests", lambda since="0": state.log.since(int(since))),
            ("GET", "/machines", views.machines),
            ("POST", f"{_MACHINE}/metadata", self._open_metadata),
            ("POST", f"{_MACHINE}/misbehaviour", self._misbehave),
            ("POST", f"{_MACHINE}/metadata-options", self._set_metadata_options),
            ("POST", f"{_MACHINE}/notices", self._notify),
            ("POST", f"{_MACHINE}/power-off", lambda machine_id: views.find_machine(machine_id).power_off()),
            ("POST", f"{_MACHINE}/console", lambda machine_id, **what: views.find_machine(machine_id).write_console(**what)),
            ("POST", f"{_MACHINE}/address", lambda machine_id, address: views.find_machine(machine_id).move_to(address)),
            ("POST", f"{_MACHINE}/session-manager", SESSIONS.connect),
            ("POST", f"{_MACHINE}/tags", lambda machine_id, **tags: views.find_machine(machine_id).add_tags(tags)),
            ("GET", "/account", views.account),
            ("POST", "/clock", CLOCK.set),
            ("POST", "/timing", TIMING.set),
            ("POST", "/latency", disturbances.set_latency),
            ("POST", "/room", ROOM.set),
            ("POST", "/deaths", DEATHS.add),
            ("POST", "/fleet-errors", FLEET_ERRORS.add),
            ("GET", "/faults", disturbances.faults.told),
            ("POST", "/faults", disturbances.faults.add),
            ("DELETE", "/faults", disturbances.faults.clear),
            ("GET", "/buckets", storage.contents),
            ("POST", "/buckets", storage.make_bucket),
            ("POST", "/images", put_image),
            ("POST", "/instance-profiles", PROFILES.set),
            ("POST", "/quotas", BOOK.set),
            ("POST", "/quota-requests", BOOK.settle),
            ("POST", "/capacity-reservations", RESERVATIONS.put),
            ("POST", "/capacity-block-offerings", OFFERINGS.put),
            ("POST", "/placement-scores", SCORES.set),
            ("POST", "/spot-prices", SPOT_PRICES.set),
            ("POST", "/spot-role", SPOT_ROLE.set),
            ("POST", "/regions", REGIONS.set),
            ("POST", "/default-network", set_default_network),
            ("POST", "/subnets", set_subnet),
            ("POST", "/paging", PAGING.set),
            ("POST", "/feeds", state.feeds.set),
            ("GET", "/feeds/requests", state.feeds.requests),
            ("GET", "/feeds/faults", state.feeds.faults.told),
            ("POST", "/feeds/faults", state.feeds.faults.add),
            ("DELETE", "/feeds/faults", state.feeds.faults.clear),
            ("POST", "/check-ip", state.check_ip.set),
            ("POST", "/ssh", state.ssh.switch),
            ("POST", "/reset", state.reset),
        ]

    def __call__(self, request: Request) -> Response:
        self._state.moto.wait()
        for method, pattern, route in self._routes:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return _answer(route, found.groups(), request)
        return Response.json({"error": f"there is no {request.method} {request.path}"}, 404)

    def _open_metadata(self, machine_id: str) -> dict[str, str]:
        return {"endpoint": self._state.metadata.endpoint(views.find_machine(machine_id))}

    def _misbehave(self, machine_id: str, **how: int) -> None:
        self._state.metadata.of(views.find_machine(machine_id)).set_misbehaviour(**how)

    def _set_metadata_options(self, machine_id: str, **options: str) -> None:
        self._state.metadata.of(views.find_machine(machine_id)).set_options(**options)

    def _notify(self, machine_id: str, **notices: Any) -> None:
        service = self._state.metadata.of(views.find_machine(machine_id))
        for path, notice in notices.items():
            service.set_notice(path, notice)


def _answer(route: Callable[..., Any], places: tuple[str, ...], request: Request) -> Response:
    """The route called with the places in its path and the members of query and body."""
    try:
        members = request.query | json.loads(request.body or b"{}")
        result = route(*places, **members)
    except LookupError as error:
        return Response.json({"error": str(error)}, 404)
    except (TypeError, ValueError) as error:
        return Response.json({"error": str(error)}, 400)
    return Response.json({} if result is None else result)
