"""Threads, forks, asyncio."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import cloudkit
from cloudkit import aio


def found(_: object = None) -> int:
    return len(cloudkit.search("g6*", regions="all"))


def test_threads_get_the_same_answer() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(found, range(64))) == {found()}


def test_others_run_while_a_search_does() -> None:
    """Nobody is made to give Python's lock back here, so who waits for it gets it only where a search gives it back."""
    begin, ran = threading.Event(), []

    def wait() -> None:
        begin.wait()
        ran.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        begin.set()
        searches = 0
        while not ran and searches < 1000:
            cloudkit.search(regions="all")
            searches += 1
        assert ran
    finally:
        sys.setswitchinterval(interval)
        waiting.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_can_search_too() -> None:
    expected = found()
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(found) for _ in range(32)]
        with multiprocessing.get_context("fork").Pool(2) as children:
            assert set(children.map(found, range(4))) == {expected}
        assert {one.result() for one in asked} == {expected}


def test_asyncio() -> None:
    async def ask() -> list[cloudkit.Offers]:
        return await asyncio.gather(*(aio.search(f"m7i.{size}large", regions="us-east-1") for size in ("", "x", "2x")))

    assert [len(offers) for offers in asyncio.run(ask())] == [1, 1, 1]

    async def wrong() -> None:
        await aio.search(vcpus="many")

    with pytest.raises(cloudkit.UsageError):
        asyncio.run(wrong())


def test_asyncio_has_every_function() -> None:
    functions = {name for name in cloudkit.__all__ if name.islower()}
    assert len(functions) == 13 and functions == set(aio.__all__)
