"""The listeners: one per machine that was asked for, found by the machine's id.

They are deliberately not opened before they are asked for, and stay open until reset; a machine that has ended or
stopped hangs up.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from ..web import Server
from .service import MetadataService

if TYPE_CHECKING:
    from ..ec2.machine import Machine


class MetadataServices:
    def __init__(self) -> None:
        self._lock = Lock()
        self._services: dict[str, MetadataService] = {}
        self._servers: dict[str, Server] = {}

    def of(self, machine: Machine) -> MetadataService:
        with self._lock:
            return self._services.setdefault(machine.id, MetadataService(machine))

    def endpoint(self, machine: Machine) -> str:
        """Where the machine's service listens; the same at every call."""
        service = self.of(machine)
        with self._lock:
            if machine.id not in self._servers:
                self._servers[machine.id] = Server(service)
            return self._servers[machine.id].url

    def close(self) -> None:
        with self._lock:
            for server in self._servers.values():
                server.close()
            self._servers.clear()
            self._services.clear()
