"""Everything of the lab that one part changes and another reads, in one place to put back.

It deliberately does nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .bystanders import CheckIp, SshPort
from .clock import CLOCK
from .disturbances import Disturbances
from .ec2.deaths import DEATHS
from .ec2.fleet_errors import FLEET_ERRORS
from .ec2.instance_profiles import PROFILES
from .ec2.offerings import OFFERINGS
from .ec2.placement_scores import SCORES
from .ec2.reservations import RESERVATIONS
from .ec2.room import ROOM
from .ec2.spot_prices import SPOT_PRICES
from .ec2.timing import TIMING
from .feeds.server import Feeds
from .metadata import MetadataServices
from .moto_server import MotoServer
from .optin import REGIONS
from .paging import PAGING
from .quotas.book import BOOK
from .requestlog import RequestLog
from .sessions import SESSIONS
from .spot_role import SPOT_ROLE


@dataclass
class State:
    moto: MotoServer = field(default_factory=MotoServer)
    log: RequestLog = field(default_factory=RequestLog)
    disturbances: Disturbances = field(default_factory=Disturbances)
    metadata: MetadataServices = field(default_factory=MetadataServices)
    check_ip: CheckIp = field(default_factory=CheckIp)
    ssh: SshPort = field(default_factory=SshPort)
    feeds: Feeds = field(default_factory=Feeds)

    def reset(self) -> None:
        self.metadata.close()
        self.moto.reset()
        self.log.clear()
        self.disturbances.clear()
        self.check_ip.set()
        self.ssh.switch(True)
        TIMING.set()
        PAGING.set()
        PROFILES.set()
        switches = (BOOK, REGIONS, RESERVATIONS, OFFERINGS, SCORES, SPOT_PRICES, SPOT_ROLE, ROOM, DEATHS, FLEET_ERRORS)
        for part in (self.feeds, *switches, CLOCK, SESSIONS):
            part.reset()
