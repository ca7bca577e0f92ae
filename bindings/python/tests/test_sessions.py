"""Every console session of examples/find.md that needs no credentials, run both ways: the answers are the same."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import subprocess
from typing import Any, Callable, Dict, List, Tuple

import made_up_lists
import pytest
from conftest import PROGRAM, ROOT

import cloudkit
from cloudkit import _signatures

LINES = re.findall(r"^\$ cloudkit find (.+)$", (ROOT / "examples" / "find.md").read_text(), re.MULTILINE)
#: What other verbs are about, and which only an account can answer.
NOT_OF_PYTHON = ("quotas",)
YES_OR_NO = {one.name for one in _signatures.filters(True) if "bool" in one.type}
FLAGS = YES_OR_NO | {"explain", "offline", "gpu_only", "accelerator_only"}
OF_ACCOUNT = {one.name for one in (*_signatures.SPOT_ACCOUNT, *_signatures.ACCOUNT, *_signatures.CAPACITY)}
OF_ACCOUNT -= {"gpu_only", "accelerator_only", "regions", "os", "limit", "offline"}
FLAGS |= {one.name for one in (*_signatures.SPOT_ACCOUNT, *_signatures.ACCOUNT, *_signatures.CAPACITY) if one.type == "bool"}


def understood(line: str) -> Tuple[str, List[str], Dict[str, Any]]:
    """A line of the command line as a verb, words and keyword arguments."""
    verb, *rest = shlex.split(line)
    words: List[str] = []
    named: Dict[str, Any] = {}
    while rest:
        token = rest.pop(0)
        if not token.startswith("-"):
            words.append(token)
            continue
        name, _, value = token.lstrip("-").partition("=")
        name = {"region": "regions", "r": "regions"}.get(name, name).replace("-", "_")
        if not value:
            value = True if name in FLAGS else rest.pop(0)
        named[name] = int(value) if name in ("limit", "count", "min_count") else value
    for only_of_terminal in ("explain", "o"):
        named.pop(only_of_terminal, None)
    return verb, words, named


def offers(function: Callable[..., Any]) -> Callable[..., Any]:
    def answer(*words: str, **named: Any) -> Any:
        return function(list(words) or None, **named).to_dicts()

    return answer


def documents(found: Any) -> List[Any]:
    return [one.to_dict() for one in found]


ANSWERS: Dict[str, Callable[..., Any]] = {
    "search": offers(cloudkit.search),
    "spot": offers(cloudkit.spot),
    "capacity": offers(cloudkit.capacity),
    "compare": lambda *names, **named: documents(cloudkit.compare(*names, **named)),
    "show": lambda name, **named: cloudkit.types(name, regions=named["regions"].split(","))[0].to_dict(),
    "regions": lambda *patterns: documents(cloudkit.regions(patterns)),
    "catalog": lambda: cloudkit.catalog_info().to_dict(),
    "refresh": lambda **_: cloudkit.refresh(),
}


def typed(line: str) -> "subprocess.CompletedProcess[str]":
    command = [str(PROGRAM), "find", *shlex.split(re.sub(r" -o \w+", "", line)), "-o", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("line", [line for line in LINES if line.split()[0] not in NOT_OF_PYTHON])
def test_both_ways_are_the_same(line: str) -> None:
    verb, words, named = understood(line)
    if verb == "refresh":
        with pytest.raises(cloudkit.UnavailableError):
            cloudkit.refresh()
        return
    if OF_ACCOUNT & set(named):
        with pytest.raises(cloudkit.CredentialsError, match="asks an AWS account"):
            ANSWERS[verb](*words, **named)
        return
    screen = typed(line)
    if screen.returncode in (0, 1):
        assert ANSWERS[verb](*words, **named) == json.loads(screen.stdout)
        return
    with pytest.raises(cloudkit.CloudkitError) as raised:
        ANSWERS[verb](*words, **named)
    assert raised.value.exit_code == screen.returncode
    said = json.loads(screen.stderr.splitlines()[-1] if screen.stderr.count("\n") == 1 else screen.stderr)
    assert raised.value.message.endswith(said["error"])


@pytest.mark.parametrize(
    "line",
    [
        "spot 'g6*' --region all",
        "spot gpus --region all --max-interruption 10 --min-saving 50",
        "spot '8 gpus' --sort interruption,price --region us-east-1",
        "spot l4 --region us-east-1,us-west-2 --group-by region",
        "search 'spot g6.xlarge' --region eu-central-1",
        "catalog",
    ],
)
def test_spot_prices_are_the_same(line: str, tmp_path: pathlib.Path) -> None:
    made_up_lists.write(tmp_path / "lists")
    cloudkit.refresh(str(tmp_path / "lists"), as_of="2026-08-06")
    verb, words, named = understood(line)
    answer = ANSWERS[verb](*words, **named)
    assert answer and answer == json.loads(typed(line).stdout)


def test_there_are_sessions() -> None:
    assert len(LINES) > 25


@pytest.mark.parametrize("verb", ["search", "spot", "capacity"])
def test_every_flag_has_an_argument(verb: str) -> None:
    told = subprocess.run([str(PROGRAM), "find", verb, "--help"], capture_output=True, text=True, check=True).stdout
    flags = set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", told, re.MULTILINE))
    # What is of the terminal and its output, or has a function of its own here.
    elsewhere = {"help", "version", "explain", "output", "color", "quiet", "verbose", "profile", "timeout", "yes"}
    elsewhere |= {"refresh", "instance-types"}
    renamed = {"region": "regions"}
    wanted = {renamed.get(flag, flag).replace("-", "_") for flag in flags - elsewhere}
    lacking = wanted - {one.name for one in _signatures.arguments(verb)}
    assert not lacking
