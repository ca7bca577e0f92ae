"""Start the lab, say on one line of standard output where it is, and end with whoever started it.

It deliberately takes no arguments: every port is free when it is taken, and everything else is set by `control`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from threading import Event, Thread
from typing import Any

from . import ACCOUNT
from .control import Control
from .gateway import Gateway
from .state import State
from .web import Server


def main() -> None:
    ended = Event()

    def end(*_: Any) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    state = State()
    places = {
        "aws": Server(Gateway(state.moto, state.log, state.disturbances)).url,
        "control": Server(Control(state)).url,
        "check_ip": Server(state.check_ip).url,
        "feeds": Server(state.feeds).url,
        "ssh_port": state.ssh.port,
        "account": ACCOUNT,
    }
    print(json.dumps(places), flush=True)
    Thread(target=_wait_for_end_of_input, args=(ended,), daemon=True).start()
    ended.wait()
    # Nothing is left to be written, and taking Moto's data apart first would take seconds.
    os._exit(0)


def _wait_for_end_of_input(ended: Event) -> None:
    """The pipe is closed when the parent ends, however it ends."""
    # Not through sys.stdin: its lock, held by a daemon thread, aborts an interpreter that ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ended.set()


if __name__ == "__main__":
    main()
