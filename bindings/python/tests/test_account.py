"""Launching and what comes after it, on the local AWS of tests/lab."""

from __future__ import annotations

import json
import logging
import os
import pathlib
import pickle
import signal
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, Iterator, List
from urllib.request import Request, urlopen

import pytest

import cloudkit
from conftest import ROOT


class Lab:
    """A local AWS, and its control."""

    def __init__(self, addresses: Dict[str, Any]) -> None:
        self.addresses = addresses

    def requests(self) -> List[str]:
        with urlopen(f"{self.addresses['control']}/requests", timeout=10) as answer:
            return [one["action"] for one in json.load(answer)]

    def fault(self, **fault: Any) -> None:
        body = json.dumps(fault).encode()
        urlopen(Request(f"{self.addresses['control']}/faults", data=body, method="POST"), timeout=10).close()


@pytest.fixture
def lab(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    command = [os.environ["CLOUDKIT_LAB_PYTHON"], "-m", "lab"]
    with subprocess.Popen(
        command, cwd=ROOT / "tests" / "lab", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        addresses = json.loads(process.stdout.readline())
        variables = {
            "AWS_ENDPOINT_URL": addresses["aws"],
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "lab",
            "AWS_EC2_METADATA_DISABLED": "true",
            "CLOUDKIT_CHECK_IP_URL": addresses["check_ip"],
            "CLOUDKIT_SSH_PORT": str(addresses["ssh_port"]),
            "CLOUDKIT_AGENT_WAIT": "1s",
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield Lab(addresses)
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture
def agent(home: pathlib.Path) -> str:
    """The least that is a program for Linux."""
    program = home / "agent"
    content = bytearray(b"\x7fELF\x02\x01\x01")
    content.extend(bytes(57))
    content[18] = 62
    program.write_bytes(bytes(content))
    return str(program)


def plan(**asked: Any) -> cloudkit.Plan:
    return cloudkit.plan(cloudkit.search("m7i.large", regions="us-east-1"), **{"ttl": "8h", **asked})


def launched(agent: str, **flags: Any) -> cloudkit.Launched:
    [machine] = cloudkit.launch(plan(), agent_binary=agent, **flags)
    return machine


def test_a_machine_lives_and_ends(lab: Lab, agent: str) -> None:
    begun = datetime.now(timezone.utc).replace(microsecond=0)
    machine = launched(agent, name="trainer", tag={"project": "night"})
    assert (machine.name, machine.instance_type, machine.region) == ("trainer", "m7i.large", "us-east-1")
    assert machine.market == "on-demand" and machine.state == "running" and machine.ssh_answers
    assert machine.deadline and timedelta(hours=8) <= machine.deadline - begun < timedelta(hours=8, minutes=5)
    assert machine.known_usd_hour > Decimal("0.1") and machine.parts[0].usd_hour == Decimal("0.1008")

    [found] = cloudkit.instances()
    assert (found.instance_id, found.name, found.state) == (machine.instance_id, "trainer", "running")
    assert found.deadline == machine.deadline and found.tags == {"project": "night"}
    assert found.usd_hour == Decimal("0.1058") and "trainer" in cloudkit.instances()._repr_html_()
    assert pickle.loads(pickle.dumps(found)) == found

    [later] = cloudkit.extend("trainer", "2h")
    assert later.deadline == machine.deadline + timedelta(hours=2)
    at = later.deadline + timedelta(hours=1)
    [later] = cloudkit.extend(found, until=at)
    assert later.deadline == at.replace(microsecond=0)

    [ended] = cloudkit.terminate(later)
    assert ended.instance_id == machine.instance_id and ended.state in ("shutting-down", "terminated")
    assert len(cloudkit.instances()) == 0 and len(cloudkit.instances(all=True)) == 1


def test_what_goes_on_is_logged(lab: Lab, agent: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="cloudkit"):
        machine = launched(agent)
    assert f"{machine.instance_id}: accepted" in caplog.messages
    assert any(message.startswith("Plan of launch l-") for message in caplog.messages)


def test_several_are_one_launch(lab: Lab, agent: str) -> None:
    machines = cloudkit.launch(plan(), agent_binary=agent, count=2)
    assert len({one.instance_id for one in machines}) == 2 and len({one.launch for one in machines}) == 1
    assert {one.instance_id for one in cloudkit.instances(launch=machines[0].launch)} == {
        one.instance_id for one in machines
    }
    assert len(cloudkit.terminate(machines)) == 2


def test_what_has_no_end_wants_a_yes(lab: Lab, agent: str) -> None:
    with pytest.raises(cloudkit.UsageError) as raised:
        cloudkit.launch(plan(ttl=None), agent_binary=agent)
    assert "the machine has no deadline" in raised.value.message
    assert raised.value.hints == ("confirm it beforehand: yes=True",)
    assert not {"RunInstances", "CreateFleet"} & set(lab.requests())
    [machine] = cloudkit.launch(plan(ttl=None), agent_binary=agent, yes=True)
    assert machine.deadline is None


def test_an_earlier_end_wants_a_yes(lab: Lab, agent: str) -> None:
    machine = launched(agent)
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    with pytest.raises(cloudkit.UsageError, match="SOONER"):
        cloudkit.extend(machine.instance_id, until=soon)
    assert cloudkit.instances()[0].deadline == machine.deadline
    [sooner] = cloudkit.extend(machine.instance_id, until=soon, yes=True)
    assert sooner.deadline == soon.replace(microsecond=0)


def test_no_agent_is_no_launch(lab: Lab) -> None:
    with pytest.raises(cloudkit.UsageError, match="there is no agent at hand") as raised:
        cloudkit.launch(plan())
    assert any("agent_binary=FILE" in hint for hint in raised.value.hints)


def test_no_capacity_is_an_error_and_leaves_nothing(lab: Lab, agent: str) -> None:
    lab.fault(kind="error", action="RunInstances", status=500, code="InsufficientInstanceCapacity", message="none")
    with pytest.raises(cloudkit.CapacityError):
        launched(agent)
    assert len(cloudkit.instances(all=True)) == 0


def test_a_region_that_fails_is_not_empty(lab: Lab, agent: str) -> None:
    machine = launched(agent)
    lab.fault(
        kind="error", region="eu-west-1", status=403, code="UnauthorizedOperation", message="not here"
    )
    with pytest.raises(cloudkit.CloudkitError) as raised:
        cloudkit.instances()
    assert [one.instance_id for one in raised.value.machines] == [machine.instance_id]  # type: ignore[attr-defined]
    assert "eu-west-1" in raised.value.message
    assert len(cloudkit.instances(regions="us-east-1")) == 1


def test_ctrl_c_undoes_what_was_made(lab: Lab, agent: str) -> None:
    lab.fault(kind="hang", action="DescribeInstances", ms=2000, times=2)
    asked = threading.Event()

    def interrupt() -> None:
        while "RunInstances" not in lab.requests() and not asked.wait(0.05):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=interrupt)
    hand.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            launched(agent)
    finally:
        asked.set()
        hand.join()
    assert "RunInstances" in lab.requests()
    assert len(cloudkit.instances()) == 0 and len(cloudkit.instances(all=True)) == 1


def test_without_credentials(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    for call in (cloudkit.instances, lambda: cloudkit.launch(plan())):
        with pytest.raises(cloudkit.CredentialsError):
            call()


def test_nobody_of_that_name(lab: Lab) -> None:
    with pytest.raises(cloudkit.NoAnswerError, match="nobody"):
        cloudkit.terminate("nobody")


BAD: Any = [
    (lambda: cloudkit.launch(plan(), vcpu=3), TypeError, "vcpu"),
    (lambda: cloudkit.launch(plan(), keep=1), TypeError, "keep: "),
    (lambda: cloudkit.launch(plan(), spot=True), TypeError, "spot"),
    (lambda: cloudkit.launch(plan(), name=object()), TypeError, "name: "),
    (lambda: cloudkit.launch(plan(), yes="yes"), TypeError, "yes: "),
    (lambda: cloudkit.launch([plan()]), TypeError, "plan: "),
    (lambda: cloudkit.launch(plan(), count="many"), ValueError, "count: "),
    (lambda: cloudkit.launch(plan(), wait="long"), ValueError, "wait: "),
    (lambda: cloudkit.launch(plan(), on_idle="sleep"), ValueError, "on_idle: "),
    (lambda: cloudkit.instances(regions=3), TypeError, "regions: "),
    (lambda: cloudkit.instances(all="yes"), TypeError, "all: "),
    (lambda: cloudkit.instances(state="asleep"), ValueError, "state: "),
    (lambda: cloudkit.extend("one"), ValueError, "by: "),
    (lambda: cloudkit.extend("one", "2 days"), ValueError, "by: "),
    (lambda: cloudkit.extend("one", 2), TypeError, "by: "),
    (lambda: cloudkit.extend("one", until=datetime(2026, 8, 10)), ValueError, "until: "),
    (lambda: cloudkit.extend("one", until="later"), ValueError, "until: "),
    (lambda: cloudkit.terminate([]), ValueError, "machines: "),
    (lambda: cloudkit.terminate("--yes"), ValueError, "machines: "),
    (lambda: cloudkit.terminate(3), TypeError, "machines: "),
]


@pytest.mark.parametrize(("call", "kind", "names"), BAD)
def test_a_wrong_call_names_its_argument(call: Any, kind: Any, names: str) -> None:
    with pytest.raises(kind, match=names):
        call()


def test_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cloudkit_aws", None)
    with pytest.raises(cloudkit.CredentialsError) as raised:
        cloudkit.instances()
    assert raised.value.hints[0] == "pip install 'cloudkit[aws]'"
