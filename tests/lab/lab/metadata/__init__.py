"""The instance metadata service of each machine, on a loopback port of its own.

Without a session token there is no answer but 401, unless the machine was launched, or set, to make them optional.
"""

from .services import MetadataServices

__all__ = ["MetadataServices"]
