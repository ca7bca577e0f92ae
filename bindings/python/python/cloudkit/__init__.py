"""Find EC2 machines: which type, where, at what price.

The answers are those of ``cloudkit find``: the same words, filters, order and offers, from the same catalog and cache. Prices are
US dollars an hour and ``Decimal``; what is not known is ``None``.

>>> import cloudkit
>>> offers = cloudkit.search("h100 efa", regions="us-east-1")
>>> [offer.instance_type for offer in offers]
['p5.4xlarge', 'p5.48xlarge']
>>> offers[0].price_usd_hour
Decimal('6.88')
"""

from __future__ import annotations

import json as _json
from datetime import date as _date, datetime as _datetime, timedelta as _timedelta
from typing import Any, Iterable, List, Optional, Union

from . import _account, _documents, _native
from ._account import Launched, Machine, Machines
from ._documents import (
    CatalogInfo,
    Comparison,
    CostPart,
    Feed,
    InRegion,
    InstanceType,
    ListFailure,
    OfferGroup,
    OfferGroups,
    Plan,
    PlannedMachine,
    Price,
    RefreshReport,
    RegionInfo,
    Source,
)
from ._errors import (
    BugError,
    CapacityError,
    CloudkitError,
    CredentialsError,
    InterruptedByUserError,
    NoAnswerError,
    PartialError,
    UnavailableError,
    UsageError,
)
from ._native import Device, Offer, Offers
from ._signatures import signed
from ._truffle import Truffle

__version__ = _native._version()

__all__ = [
    "BugError",
    "CapacityError",
    "CatalogInfo",
    "CloudkitError",
    "Comparison",
    "CostPart",
    "CredentialsError",
    "Device",
    "Feed",
    "InRegion",
    "InstanceType",
    "InterruptedByUserError",
    "Launched",
    "ListFailure",
    "Machine",
    "Machines",
    "NoAnswerError",
    "Offer",
    "OfferGroup",
    "OfferGroups",
    "Offers",
    "PartialError",
    "Plan",
    "PlannedMachine",
    "Price",
    "RefreshReport",
    "RegionInfo",
    "Source",
    "Truffle",
    "UnavailableError",
    "UsageError",
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

for _error in (
    CloudkitError,
    NoAnswerError,
    UsageError,
    CredentialsError,
    CapacityError,
    UnavailableError,
    PartialError,
    BugError,
    InterruptedByUserError,
):
    _error.__module__ = __name__


def _texts(name: str, value: Union[str, Iterable[str], None]) -> List[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    try:
        texts = list(value)
    except TypeError:
        texts = [None]
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{name}: a str or several is expected, and not {type(text or value).__name__}")
    return texts


def _text(name: str, value: Any) -> Optional[str]:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name}: a str is expected, and not {type(value).__name__}")
    return value


def _answer(found: Any) -> Union[Offers, OfferGroups]:
    if isinstance(found, tuple):
        document, notes, total = found
        return _documents.groups(_json.loads(document), notes, total)
    return found


@signed
def search(pattern: Any = None, **arguments: Any) -> Union[Offers, OfferGroups]:
    """Search instance types and their prices.

    ``pattern`` is one text or several, in the words of ``cloudkit find search``: names, globs, regular expressions, ``8 h100``,
    ``graviton4 16+ cores``. All words have to hold; names are alternatives. Nothing is asked of a network.

    A range is a number, a text (``"8.."``, ``"4..16"``, ``"64gib"``), a pair such as ``(4, 16)`` whose ends may be ``None``, or a list
    of these. Bare numbers are GiB of memory, GB of storage, Gbps, GHz and US dollars. A type of which it is not known whether
    it passes is left out, and counted in ``notes`` of what is returned.

    >>> cloudkit.search("m7i.large", regions="us-east-1")[0]
    Offer('m7i.large', 'us-east-1', market='on-demand', price_usd_hour=Decimal('0.1008'))
    >>> [one.instance_type for one in cloudkit.search(gpu="l4", gpus=1, max_price=1, regions="us-east-1", limit=2)]
    ['g6.xlarge', 'g6.2xlarge']
    >>> cloudkit.search(vcpus="many")
    Traceback (most recent call last):
    cloudkit.UsageError: vcpus: "many" is not a whole number
    """
    return _answer(_native.search(pattern, **arguments))


@signed
def spot(pattern: Any = None, **arguments: Any) -> Union[Offers, OfferGroups]:
    """Search spot machines: their price, what they save, and how often EC2 takes them back.

    Prices are those of AWS's public list (https://aws.amazon.com/ec2/spot/pricing/), averaged over a region's zones; they are
    fetched first where none is known at all, unless ``offline``. Interruption rates are of the last month
    (https://aws.amazon.com/ec2/spot/instance-advisor/).

    >>> cloudkit.spot("m7i.large", regions="us-east-1", per_zone=True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    cloudkit.CredentialsError: spot(per_zone=…) asks an AWS account, and this package has no AWS SDK
    hint: in a terminal, with credentials: cloudkit find spot --per-zone
    """
    return _answer(_native.spot(pattern, **arguments))


@signed
def capacity(instance_types: Any = None, **arguments: Any) -> Offers:
    """GPU, Inferentia, Trainium and HPC machines: where they are sold, in which zones and markets.

    ``instance_types`` are names or patterns. What an account holds or could buy is asked by ``cloudkit find capacity``: its arguments
    raise ``CredentialsError`` here.

    >>> {offer.market for offer in cloudkit.capacity("p5.48xlarge", regions="us-east-1")} == {
    ...     "on-demand", "spot", "capacity-block"}
    True
    """
    return _native.capacity(instance_types, **arguments)


def compare(*instance_types: str, regions: Union[str, Iterable[str], None] = None) -> Comparison:
    """Instance types side by side, with their prices in some regions, or in the one in force.

    >>> cloudkit.compare("m7i.large", "m7g.large", regions="us-east-1").differences["cores"]
    (1, 2)
    """
    for name in instance_types:
        _text("instance_types", name)
    if len(instance_types) < 2:
        raise UsageError("instance_types: two are needed at least", ['compare("g6.xlarge", "g5.xlarge")'])
    asked = _texts("regions", regions) or None
    sheets = _json.loads(_native._sheets(list(instance_types), asked, asked is None))
    return Comparison(map(_documents.instance_type, sheets))


def types(
    pattern: Union[str, Iterable[str], None] = None,
    *,
    regions: Union[str, Iterable[str], None] = None,
) -> List[InstanceType]:
    """Everything known of the instance types whose names fit a pattern, or of all; with their prices in some regions, or in all.

    >>> sorted(one.vcpus for one in cloudkit.types("m7i.*large"))
    [2, 4, 8, 16, 32, 48, 64, 96, 192]
    """
    names = _native._type_names(_texts("pattern", pattern))
    sheets = _native._sheets(names, _texts("regions", regions) or None, False)
    return [_documents.instance_type(sheet) for sheet in _json.loads(sheets)]


def regions(pattern: Union[str, Iterable[str], None] = None) -> List[RegionInfo]:
    """The regions of AWS, or those that fit a pattern: their names, their zones, and how many types are known there.

    >>> [one.name for one in cloudkit.regions("us-east-*")]
    ['US East (N. Virginia)', 'US East (Ohio)']
    """
    return [_documents.region(one) for one in _json.loads(_native._regions(_texts("pattern", pattern)))]


def catalog_info() -> CatalogInfo:
    """Where the figures come from, how old they are, and what is covered in which region.

    >>> cloudkit.catalog_info().types > 1000
    True
    """
    return _documents.catalog(_json.loads(_native._catalog_info()))


def refresh(
    source: Optional[str] = None,
    *,
    as_of: Union[str, _date, None] = None,
    accept_shrunken: bool = False,
) -> RefreshReport:
    """Bring the catalog up to date from AWS's public price lists, for the command line too. No account is needed.

    ``source`` is a folder with files of the lists, one such file, or the address of a mirror; without it they are fetched from
    AWS. ``as_of`` is the day of lists that say none. Lists that can't be read change nothing: they are named in the error that
    is raised, whose ``report`` has what became of the others.
    """
    if not isinstance(accept_shrunken, bool):
        raise TypeError(f"accept_shrunken: True or False is expected, and not {type(accept_shrunken).__name__}")
    day = as_of.isoformat() if isinstance(as_of, _date) else _text("as_of", as_of)
    source = _text("source", source)
    rows, failures, remarks = _native._refresh(source, day, accept_shrunken)
    report = _documents.refreshed(_json.loads(rows), _json.loads(failures), remarks)
    if not report.failures:
        return report
    first = report.failures[0]
    message = f"{len(report.failures)} lists could not be used, and what was known of them stays: {first.list}: {first.error}"
    is_file = source is not None and "://" not in source
    error = UsageError(message) if is_file else UnavailableError(message, ["try again: cloudkit.refresh()"])
    setattr(error, "report", report)
    raise error


def plan(
    offers: Union[Offer, Iterable[Offer]],
    *,
    ttl: Optional[str] = None,
    idle_timeout: Optional[str] = None,
    root_gib: Optional[int] = None,
) -> Plan:
    """What launching one of some offers would cost, as far as the catalog knows. Nothing is launched, no account is asked.

    ``ttl`` and ``idle_timeout`` are spans such as ``8h`` or ``1d12h``. ``launch(plan)`` makes the machine; so does ``cloudkit launch``,
    which reads ``offers.to_jsonl()``.

    >>> machine = cloudkit.plan(cloudkit.search("m7i.large", regions="us-east-1"), ttl="8h").candidates[0]
    >>> machine.known_usd_hour, [part.what for part in machine.parts if part.usd_hour is None]
    (Decimal('0.1058'), ['root volume'])
    """
    if root_gib is not None and (isinstance(root_gib, bool) or not isinstance(root_gib, int)):
        raise TypeError(f"root_gib: a whole number is expected, and not {type(root_gib).__name__}")
    if root_gib is not None and not 0 < root_gib <= 65536:
        raise UsageError(f"root_gib: {root_gib} is not a size from 1 to 65536 GiB")
    document = _native._plan(offers, _text("ttl", ttl), _text("idle_timeout", idle_timeout), root_gib)
    return _documents.plan(_json.loads(document), root_gib)


def launch(plan: Plan, *, yes: bool = False, **flags: Any) -> List[Launched]:
    """Launch what a plan says: its first offer that EC2 can give. The machine ends by itself when the plan says.

    Every flag of ``cloudkit launch`` is an argument of the same name, with ``_`` for ``-``: ``name``, ``image``, ``key``, ``count``,
    ``ssh_from``, ``wait``; ``tag`` and others that are given several times take a list, or a dict. What is dear, has no deadline or
    is open to the world is refused until ``yes``. What goes on is logged by the logger ``cloudkit``. Ctrl-C ends what was made so far.

    It needs the package ``cloudkit-aws`` and AWS credentials.

    >>> cloudkit.launch("m7i.large")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    TypeError: plan: what cloudkit.plan() returns is expected, and not str
    """
    return _account.launch(plan, yes=yes, flags=flags)


def instances(
    *,
    regions: Union[str, Iterable[str], None] = None,
    all: bool = False,
    mine: bool = False,
    state: Union[str, Iterable[str], None] = None,
    tag: Union[str, Iterable[str], None] = None,
    launch: Optional[str] = None,
) -> Machines:
    """The machines that cloudkit made in the account, over its regions or some of them; ended ones too with ``all``.

    ``tag`` is ``KEY=VALUE``, or several that must all hold. Where a region can't be asked, ``UnavailableError`` is raised, whose
    ``machines`` has those of the others. It needs the package ``cloudkit-aws`` and AWS credentials.
    """
    words = [f"--region={one}" for one in _texts("regions", regions)]
    for name, asked in (("all", all), ("mine", mine)):
        if not isinstance(asked, bool):
            raise TypeError(f"{name}: True or False is expected, and not {type(asked).__name__}")
        words += [f"--{name}"] if asked else []
    words += [f"--state={one}" for one in _texts("state", state)]
    words += [f"--tag={one}" for one in _texts("tag", tag)]
    words += [f"--launch={launch}"] if _text("launch", launch) is not None else []
    return _account.instances(words)


def extend(
    machines: _account.Meant,
    by: Union[str, _timedelta, None] = None,
    *,
    until: Union[str, _datetime, None] = None,
    yes: bool = False,
) -> Machines:
    """Move the deadline of machines: ``by`` a span such as ``"2h"``, or to a time. Returns them as they are then.

    ``machines`` are ids or names, or what ``launch`` and ``instances`` return. What ends sooner than before is refused until ``yes``.
    It needs the package ``cloudkit-aws`` and AWS credentials.
    """
    return _account.extend(machines, by, until, yes=yes)


def terminate(machines: _account.Meant) -> Machines:
    """End machines for good, with their disks, now. Returns them as they are then.

    ``machines`` are ids or names, or what ``launch`` and ``instances`` return; none but those that cloudkit made are found. It needs the
    package ``cloudkit-aws`` and AWS credentials.
    """
    return _account.terminate(machines)
