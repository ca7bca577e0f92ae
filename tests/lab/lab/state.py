"""Everything of the lab that one part changes and another reads, in one place to put back.

It deliberately does nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .bystanders import CheckIp, SshPort
from .disturbances import Disturbances
from .ec2.timing import TIMING
from .metadata import MetadataServices
from .moto_server import MotoServer
from .requestlog import RequestLog


@dataclass
class State:
    moto: MotoServer = field(default_factory=MotoServer)
    log: RequestLog = field(default_factory=RequestLog)
    disturbances: Disturbances = field(default_factory=Disturbances)
    metadata: MetadataServices = field(default_factory=MetadataServices)
    check_ip: CheckIp = field(default_factory=CheckIp)
    ssh: SshPort = field(default_factory=SshPort)

    def reset(self) -> None:
        self.metadata.close()
        self.moto.reset()
        self.log.clear()
        self.disturbances.clear()
        self.check_ip.set()
        self.ssh.switch(True)
        TIMING.set()
