"""The lab as a process for its own tests, and the few ways in which they talk to it.

It deliberately uses nothing but boto3, which Moto brings, and the standard library.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = Path(__file__).parent
REGION = "us-east-1"
AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
LIMIT_SECONDS = 30.0


@dataclass
class Answer:
    status: int
    body: bytes
    headers: Any


def start(environment: dict[str, str] | None = None) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lab"], cwd=HERE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    return process, json.loads(process.stdout.readline())


def stop(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin and process.stdout
    with process.stdin, process.stdout:
        process.stdin.close()
        return process.wait(LIMIT_SECONDS)


@functools.cache
def shared() -> dict[str, Any]:
    """Where the one lab is that most tests share; it ends with the tests."""
    process, places = start()
    atexit.register(stop, process)
    return places


def fetch(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = LIMIT_SECONDS,
) -> Answer:
    # Without a type urllib calls every body a form, and Moto takes the form for the object.
    headers = {"Content-Type": "application/octet-stream", **(headers or {})}
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return Answer(response.status, response.read(), response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers)


def wait_until(what: Callable[[], Any]) -> Any:
    """The first true value of `what`, which is asked over and over until the limit."""
    end = time.monotonic() + LIMIT_SECONDS
    while not (value := what()):
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.01)
    return value


class LabTest(unittest.TestCase):
    """A test that finds a fresh account."""

    def setUp(self) -> None:
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        answer = fetch(shared()["control"] + path, method, sent)
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    @contextlib.contextmanager
    def refused(self, code: str, status: int | None = None) -> Iterator[None]:
        with self.assertRaises(ClientError) as caught:
            yield
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], code, response)
        if status is not None:
            self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], status)

    def image(self, architecture: str = "x86_64", region: str = REGION) -> str:
        parameter = client("ssm", region).get_parameter(Name=AMAZON_LINUX + architecture)
        return parameter["Parameter"]["Value"]

    def launch(self, **wish: Any) -> dict[str, Any]:
        """One machine, by default a small one."""
        wish = {"InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **wish}
        wish.setdefault("ImageId", self.image())
        return client("ec2").run_instances(**wish)["Instances"][0]

    def state(self, machine_id: str) -> str:
        found = client("ec2").describe_instances(InstanceIds=[machine_id])
        return found["Reservations"][0]["Instances"][0]["State"]["Name"]


@functools.cache
def client(service: str, region: str = REGION, access_key: str = "AKIAIOSFODNN7EXAMPLE", checked: bool = True) -> Any:
    """A client that tries once and, unless it is to leave that to the lab, checks the parameters itself."""
    config = Config(
        retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, parameter_validation=checked
    )
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=shared()["aws"],
        aws_access_key_id=access_key,
        aws_secret_access_key="secret",
        config=config,
    )
