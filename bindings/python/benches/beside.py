"""Measures the bindings beside the command line as a subprocess, and beside boto3 on a local AWS.

``cargo xtask bench-python`` runs it against release builds; each figure is a median. Nothing here passes or fails by a clock.
boto3 is asked where ``CLOUDKIT_LAB`` has the address of a local AWS (``cargo xtask lab``) and boto3 is in a folder of ``PYTHONPATH``.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import time
from typing import Any, Callable, Optional

import cloudkit

PROGRAM = os.environ["CLOUDKIT_PROGRAM"]


def median(work: Callable[[], Any], runs: int) -> float:
    """Seconds of one run."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def typed(*words: str) -> Callable[[], Any]:
    def run() -> Any:
        ran = subprocess.run([PROGRAM, "find", "search", *words, "-o", "json"], capture_output=True, check=True)
        return json.loads(ran.stdout)

    return run


def row(what: str, seconds: float, beside: Optional[float] = None) -> None:
    unit, factor = ("µs", 1e6) if seconds < 0.001 else ("ms", 1e3)
    times = "" if beside is None else f"{seconds / beside:.0f}"
    print(f"| {what} | {seconds * factor:,.1f} {unit} | {times} |")


def boto3(beside: float) -> None:
    address = os.environ.get("CLOUDKIT_LAB")
    if address is None:
        print("boto3: left out, CLOUDKIT_LAB names no local AWS")
        return
    client = importlib.import_module("boto3").client("ec2", endpoint_url=address, region_name="us-east-1")
    row("boto3: describe_instance_types on a local AWS, no prices",
        median(lambda: client.describe_instance_types(InstanceTypes=["m7i.large"]), 20), beside)


def main() -> None:
    print("| what | median | times |\n|---|--:|--:|")
    one = median(lambda: cloudkit.search("m7i.large", regions="us-east-1"), 2000)
    row("`cloudkit.search(\"m7i.large\", regions=\"us-east-1\")`", one, one)
    row("the same by subprocess and `json.loads`", median(typed("m7i.large", "--region", "us-east-1"), 40), one)
    words = median(lambda: cloudkit.search("8 h100", regions="all"), 200)
    row("`cloudkit.search(\"8 h100\", regions=\"all\")`", words, words)
    row("the same by subprocess and `json.loads`", median(typed("8 h100", "--region", "all"), 40), words)
    everything = cloudkit.search(regions="all")
    all_offers = median(lambda: cloudkit.search(regions="all"), 20)
    row(f"every offer of every region, {len(everything):,}", all_offers, all_offers)
    row("the same by subprocess and `json.loads`", median(typed("--region", "all"), 5), all_offers)
    frame = median(everything.to_polars, 40)
    row(f"{len(everything):,} offers to a polars frame", frame, frame)
    row("the same of `json.loads`' list", median(lambda: importlib.import_module("polars").DataFrame(
        everything.to_dicts(), infer_schema_length=None), 3), frame)
    row(f"{len(everything):,} offers to an Arrow table", median(everything.to_arrow, 40))
    row(f"{len(everything):,} offers to a pandas frame", median(everything.to_pandas, 10))
    boto3(one)


if __name__ == "__main__":
    main()
