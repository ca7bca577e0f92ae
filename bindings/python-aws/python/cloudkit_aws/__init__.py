"""The AWS SDK for the package ``cloudkit``: ``cloudkit.launch`` and what comes after it. Nothing here is called by hand."""

from typing import Callable, List, Optional, Tuple

from . import _aws
from ._aws import flags, version

__all__ = ["flags", "run", "version"]


def run(
    arguments: List[str], stdin: str, say: Callable[[str], object]
) -> Tuple[int, str, Optional[str]]:
    """Runs a command of cloudkit's: its exit code, its stdout, and what went wrong as JSON; ``say`` is told each line of stderr."""
    # What goes to machines lies beside the native half.
    return _aws.run(_aws.__file__, arguments, stdin, say)
