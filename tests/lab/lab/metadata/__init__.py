"""The instance metadata service of each machine, on a loopback port of its own.

It deliberately speaks version 2 only: without a session token there is no answer but 401.
"""

from .services import MetadataServices

__all__ = ["MetadataServices"]
