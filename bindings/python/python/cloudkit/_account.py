"""Launching machines and looking after them: commands of cloudkit, run in this process by the package ``cloudkit-aws``.

What they do is the command line's. What is here turns arguments into flags, answers into objects and failures into errors.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from . import _documents
from ._documents import CostPart, Document, Plan
from ._errors import BugError, CloudkitError, CredentialsError, UsageError
from ._native import _version
from ._show import table

LOG = logging.getLogger("cloudkit")

#: What the offers or the plan say, and what belongs to a command line: no argument of ``launch``.
NOT_ARGUMENTS = frozenset(
    ["instance-type", "region", "zone", "spot", "use-reservation", "capacity-block"]
    + ["ttl", "until", "no-ttl", "idle-timeout", "no-idle-timeout", "root-size"]
    + ["file", "save-file", "dry-run", "yes"]
)


@dataclass(frozen=True)
class Machine:
    """An EC2 machine that cloudkit made, as it was when it was asked for."""

    instance_id: str
    name: Optional[str]
    instance_type: str
    region: str
    #: The zone's id.
    zone: Optional[str]
    #: How it was bought: ``on-demand``, ``spot``, ``reservation`` or ``capacity-block``.
    market: str
    #: EC2's word: ``pending``, ``running``, ``stopping``, ``stopped``, ``shutting-down`` or ``terminated``.
    state: str
    #: Its public address.
    address: Optional[str]
    launched_at: Optional[datetime]
    #: When it ends; ``None`` for when somebody ends it.
    deadline: Optional[datetime]
    owner: Optional[str]
    #: The id of its launch.
    launch: Optional[str]
    #: How long it has had no work, by its agent.
    idle: Optional[timedelta]
    #: US dollars an hour while it runs, its disks apart.
    usd_hour: Optional[Decimal]
    #: What that came to since it was last started.
    spent_usd: Optional[Decimal]
    tags: Mapping[str, str] = field(repr=False, hash=False)


@dataclass(frozen=True)
class Launched:
    """A machine that was just launched."""

    instance_id: str
    name: str
    instance_type: str
    region: str
    zone: Optional[str]
    market: str
    state: str
    #: Where it is reached: its public address, else by IPv6, else from within its network.
    address: Optional[str]
    #: When it ends; ``None`` for when somebody ends it.
    deadline: Optional[datetime]
    #: The id of its launch.
    launch: str
    #: Whether its SSH server has answered; ``None`` where that was not waited for.
    ssh_answers: Optional[bool]
    #: ``seen``, ``failed`` or ``unknown``: whether its agent has shown itself; ``None`` where nobody looked.
    agent: Optional[str]
    #: What to type to get in.
    ssh_command: Optional[str]
    #: All parts together, in US dollars an hour; ``None`` while one of them is not known.
    usd_hour: Optional[Decimal]
    #: The parts whose price is known.
    known_usd_hour: Decimal
    parts: Tuple[CostPart, ...] = field(repr=False)


class Machines(Sequence[Machine]):
    """Machines of an account, as they were when they were asked for."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self._machines = tuple(machines)

    def __getitem__(self, index: Any) -> Any:
        found = self._machines[index]
        return Machines(found) if isinstance(index, slice) else found

    def __len__(self) -> int:
        return len(self._machines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Machines) and self._machines == other._machines

    def __hash__(self) -> int:
        return hash(self._machines)

    def __repr__(self) -> str:
        return f"Machines({list(self._machines)!r})"

    def _repr_html_(self) -> str:
        def text(value: object) -> str:
            return "" if value is None else str(value)

        columns: List[Tuple[str, bool, Callable[[Machine], str]]] = [
            ("machine", False, lambda one: one.name or one.instance_id),
            ("type", False, lambda one: one.instance_type),
            ("region", False, lambda one: one.region),
            ("state", False, lambda one: one.state),
            ("ends", False, lambda one: text(one.deadline)),
            ("USD/hour", True, lambda one: text(one.usd_hour)),
            ("spent USD", True, lambda one: text(one.spent_usd)),
        ]
        return table(columns, self._machines, len(self._machines), [])


#: What means a machine: its id or its name, or what ``launch`` and ``instances`` return.
Meant = Union[str, Machine, Launched, Iterable[Union[str, Machine, Launched]]]


def launch(plan: Plan, *, yes: bool, flags: Mapping[str, Any]) -> List[Launched]:
    native = _native("launch")
    if not isinstance(plan, Plan):
        raise TypeError(f"plan: what cloudkit.plan() returns is expected, and not {type(plan).__name__}")
    words = ["launch", *_flags(native, flags)]
    words += ["--no-ttl"] if plan.ttl is None else ["--ttl", plan.ttl]
    words += ["--no-idle-timeout"] if plan.idle_timeout is None else ["--idle-timeout", plan.idle_timeout]
    words += [] if plan.root_gib is None else ["--root-size", str(plan.root_gib)]
    answers, failure = _run(native, words + _yes(yes), plan.offers_jsonl)
    if failure:
        raise failure
    return [_launched(one) for one in answers]


def instances(words: Sequence[str]) -> Machines:
    answers, failure = _run(_native("instances"), ["launch", "list", *words])
    found = Machines(map(_machine, answers))
    if failure:
        setattr(failure, "machines", found)
        raise failure
    return found


def extend(machines: Meant, by: Any, until: Any, *, yes: bool) -> Machines:
    native = _native("extend")
    if (by is None) == (until is None):
        raise UsageError("by: either by or until says how far", ['extend(machine, "2h")'])
    how = [_span("by", by)] if until is None else [f"--until={_moment('until', until)}"]
    try:
        return _changed(native, ["launch", "extend"], machines, how + _yes(yes))
    except UsageError as error:
        # What is typed last has no name on the command line.
        if by is None or not error.message.startswith(f'"{by}" is not a span'):
            raise
        raise UsageError(f"by: {error.message}", ['extend(machine, "2h")']) from None


def terminate(machines: Meant) -> Machines:
    return _changed(_native("terminate"), ["launch", "terminate"], machines, ["--yes"])


def _changed(native: Any, verb: List[str], machines: Meant, how: List[str]) -> Machines:
    """What the machines are after a change, which is asked of the regions that they are known to be in."""
    meant = _meant(machines)
    names = [one if isinstance(one, str) else one.instance_id for one in meant]
    regions = [] if any(isinstance(one, str) for one in meant) else sorted({one.region for one in meant})  # type: ignore[union-attr]
    where = [f"--region={region}" for region in regions]
    # A span is told from a flag by where it stands: right behind the machines.
    _, failure = _run(native, [*verb, *where, *names, *how])
    if failure:
        raise failure
    answers, failure = _run(native, ["launch", "list", "--all", *where])
    if failure:
        raise failure
    found = [_machine(one) for one in answers]
    return Machines(one for one in found if {one.instance_id, one.name, one.launch} & set(names))


def _native(function: str) -> Any:
    try:
        import cloudkit_aws
    except ImportError:
        hints = ["pip install 'cloudkit[aws]'", "in a terminal: cloudkit launch --help"]
        message = f"{function}() asks an AWS account, and the package cloudkit-aws is not installed"
        raise CredentialsError(message, hints) from None
    if cloudkit_aws.version() != _version():
        message = f"cloudkit-aws is {cloudkit_aws.version()}, and cloudkit is {_version()}: they have to be the same"
        raise UsageError(message, [f"pip install 'cloudkit[aws]=={_version()}'"])
    return cloudkit_aws


def _run(native: Any, words: List[str], stdin: str = "") -> Tuple[List[Document], Optional[CloudkitError]]:
    """What a command answers, one document a line, and what is the matter with it."""
    said: List[str] = []

    def say(line: str) -> None:
        said.append(line)
        label, _, text = line.partition(": ")
        LOG.log(logging.WARNING if label == "warning" else logging.INFO, text if label == "warning" else line)

    code, data, failure = native.run([*words, "-o", "jsonl"], stdin, say)
    answers = [json.loads(line) for line in data.splitlines()]
    if failure is not None:
        return answers, _error(json.loads(failure))
    # A machine whose agent failed is told, and is there; nothing else answers with both a no and machines.
    if code == 0 or (code == 1 and answers):
        return answers, None
    warnings = [line[len("warning: ") :] for line in said if line.startswith("warning: ")]
    return answers, _of_code(code)("; ".join(warnings or said) or f"cloudkit ended with {code}", ())


def _error(failure: Document) -> CloudkitError:
    message = ": ".join([failure["error"], *failure["caused_by"]])
    flag = re.fullmatch(r"invalid value '(.*?)' for '--([a-z-]+)[^']*'(?:: (.*)| \[possible values: (.*)\])", message, re.DOTALL)
    if flag:
        why = flag[3] or f'"{flag[1]}" is none of {flag[4]}'
        message = f"{flag[2].replace('-', '_')}: {why}"
    hints = [hint for hint in failure["hints"] if not hint.endswith("--help")]
    error: CloudkitError = _of_code(failure["exit_code"])(message, list(map(_hint, hints)))
    return error


def _hint(hint: str) -> str:
    """A hint that names flags and no command, with the arguments that they are."""

    def argument(flag: Any) -> str:
        return f"{flag[1].replace('-', '_')}={flag[2] or 'True'}"

    is_command = re.search(r"\b(cloudkit (find|launch|agent|deploy|config)|aws|cargo) ", hint)
    return hint if is_command else re.sub(r"--([a-z][a-z-]*)(?: ([A-Z_]+))?", argument, hint)


def _of_code(code: int) -> Any:
    classes = {one.exit_code: one for one in CloudkitError.__subclasses__()}
    return classes.get(code, BugError)


def arguments(native: Any) -> List[Tuple[str, str, str]]:
    """The flags of a launch that are arguments of ``launch``: name, what it takes, what it is."""
    return [flag for flag in native.flags(["launch"]) if flag[0] not in NOT_ARGUMENTS]


def _flags(native: Any, given: Mapping[str, Any]) -> List[str]:
    known = {name.replace("-", "_"): (name, takes) for name, takes, _ in arguments(native)}
    words: List[str] = []
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"launch() has no argument {name!r}")
        flag, takes = known[name]
        if value is None:
            continue
        if takes == "nothing":
            if not isinstance(value, bool):
                raise TypeError(f"{name}: True or False is expected, and not {type(value).__name__}")
            words += [f"--{flag}"] if value else []
        elif takes == "one":
            words.append(f"--{flag}={_scalar(name, value)}")
        else:
            words += [f"--{flag}={_scalar(name, one)}" for one in _several(value)]
    return words


def _several(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return [f"{key}={content}" for key, content in value.items()]
    return value if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _scalar(name: str, value: Any) -> str:
    if isinstance(value, timedelta):
        return _span(name, value)
    if isinstance(value, datetime):
        return _moment(name, value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError(f"{name}: a str or a number is expected, and not {type(value).__name__}")
    return str(value)


def _span(name: str, value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{round(value.total_seconds())}s"
    if isinstance(value, str):
        return value
    raise TypeError(f'{name}: a span such as "2h" or a timedelta is expected, and not {type(value).__name__}')


def _moment(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"{name}: {value} names no time zone", [f"{name}=when.astimezone()"])
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str):
        return value
    raise TypeError(f"{name}: a time such as \"18:00\" or a datetime is expected, and not {type(value).__name__}")


def _meant(machines: Any) -> List[Union[str, Machine, Launched]]:
    several = [machines] if isinstance(machines, (str, Machine, Launched)) else machines
    try:
        meant = list(several)
    except TypeError:
        meant = [several]
    for one in meant:
        if not isinstance(one, (str, Machine, Launched)):
            raise TypeError(f"machines: an id, a name or a machine is expected, and not {type(one).__name__}")
        if isinstance(one, str) and (not one or one.startswith("-")):
            raise UsageError(f"machines: {one!r} is no id and no name", ["see them: cloudkit.instances()"])
    if not meant:
        raise UsageError("machines: there are none", ["see them: cloudkit.instances()"])
    return meant


def _yes(yes: Any) -> List[str]:
    if not isinstance(yes, bool):
        raise TypeError(f"yes: True or False is expected, and not {type(yes).__name__}")
    return ["--yes"] if yes else []


def _time(text: Optional[str]) -> Optional[datetime]:
    if text is None:
        return None
    # Before 3.11 neither a Z nor nine places of a second are read.
    moment = re.sub(r"\.(\d{1,6})\d*", lambda part: f".{part[1]:0<6}", text).replace("Z", "+00:00")
    return datetime.fromisoformat(moment)


def _machine(one: Document) -> Machine:
    idle = one.get("idle_seconds")
    return Machine(
        one["instance_id"],
        one.get("name"),
        one["instance_type"],
        one["region"],
        one.get("zone"),
        one["market"],
        one["state"],
        one.get("address"),
        _time(one.get("launched_at")),
        _time(one.get("deadline")),
        one.get("owner"),
        one.get("launch"),
        None if idle is None else timedelta(seconds=idle),
        _documents.money(one.get("usd_hour")),
        _documents.money(one.get("spent_usd")),
        dict(one.get("tags", {})),
    )


def _launched(one: Document) -> Launched:
    cost: Dict[str, Any] = one["cost"]
    return Launched(
        one["instance_id"],
        one["name"],
        one["instance_type"],
        one["region"],
        one.get("zone"),
        one["market"],
        one["state"],
        one.get("address") or one.get("ipv6_address") or one.get("private_address"),
        _time(one.get("deadline")),
        one["launch"],
        one.get("ssh_answers"),
        one.get("agent"),
        one.get("ssh_command"),
        _documents.money(cost.get("usd_hour")),
        Decimal(cost["known_usd_hour"]),
        tuple(map(_documents.cost_part, cost["parts"])),
    )
