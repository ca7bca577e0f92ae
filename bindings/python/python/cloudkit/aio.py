"""The same functions for asyncio: each runs in a thread, beside the event loop, without Python's lock.

>>> import asyncio
>>> from cloudkit import aio
>>> len(asyncio.run(aio.search("m7i.large", regions="us-east-1")))
1
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any, Awaitable, Callable

import cloudkit

__all__ = [
    "capacity",
    "catalog_info",
    "compare",
    "extend",
    "instances",
    "launch",
    "plan",
    "refresh",
    "regions",
    "search",
    "spot",
    "terminate",
    "types",
]


def _beside(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def asked(*arguments: Any, **named: Any) -> Any:
        return await asyncio.to_thread(function, *arguments, **named)

    asked.__doc__ = f"``cloudkit.{function.__name__}``, awaited."
    return asked


capacity = _beside(cloudkit.capacity)
catalog_info = _beside(cloudkit.catalog_info)
compare = _beside(cloudkit.compare)
extend = _beside(cloudkit.extend)
instances = _beside(cloudkit.instances)
launch = _beside(cloudkit.launch)
plan = _beside(cloudkit.plan)
refresh = _beside(cloudkit.refresh)
regions = _beside(cloudkit.regions)
search = _beside(cloudkit.search)
spot = _beside(cloudkit.spot)
terminate = _beside(cloudkit.terminate)
types = _beside(cloudkit.types)
