"""Writes the type stubs from the functions' own signatures: ``python stubs.py``, or ``--check`` to compare.

The filters come from the native half, so that a new one is in the stubs as soon as it is in cloudkit.
"""

from __future__ import annotations

import pathlib
import sys

import cloudkit_aws
from cloudkit import _account, _signatures

FOLDER = pathlib.Path(__file__).parent / "python" / "cloudkit"

HEAD = '''# Written by stubs.py: change what it is made of, and run it again.
{about}
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Sequence, Tuple, Union, overload

'''

NAMES = '''
#: One text, or several.
Texts = Union[str, Iterable[str]]
#: A number; texts may have units.
Number = Union[int, float, Decimal, str]
_Ends = Tuple[Optional[Number], Optional[Number]]
#: A number, a range, or a list of these.
Range = Union[Number, _Ends, List[Union[Number, _Ends]]]
#: The value of a flag.
Scalar = Union[str, int, float, Decimal, timedelta, datetime]
'''

CLASSES = '''
__version__: str

class Device:
    @property
    def name(self) -> str: ...
    @property
    def manufacturer(self) -> Optional[str]: ...
    @property
    def count(self) -> Union[int, Decimal]: ...
    @property
    def memory_mib(self) -> Optional[int]: ...
    def __hash__(self) -> int: ...

class Offer:
    @property
    def instance_type(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def zones(self) -> Tuple[str, ...]: ...
    @property
    def market(self) -> str: ...
    @property
    def architectures(self) -> Tuple[str, ...]: ...
    @property
    def vcpus(self) -> Optional[int]: ...
    @property
    def memory_mib(self) -> Optional[int]: ...
    @property
    def memory_gib(self) -> Optional[float]: ...
    @property
    def gpus(self) -> Tuple[Device, ...]: ...
    @property
    def accelerators(self) -> Tuple[Device, ...]: ...
    @property
    def os(self) -> str: ...
    @property
    def price_usd_hour(self) -> Optional[Decimal]: ...
    @property
    def on_demand_usd_hour(self) -> Optional[Decimal]: ...
    @property
    def on_demand_is_old(self) -> bool: ...
    @property
    def saving_percent(self) -> Optional[int]: ...
    @property
    def saving_source(self) -> Optional[str]: ...
    @property
    def price_source(self) -> Optional[str]: ...
    @property
    def price_as_of(self) -> Optional[date]: ...
    @property
    def price_is_old(self) -> bool: ...
    @property
    def interruption_percent(self) -> Optional[Tuple[int, int]]: ...
    @property
    def interruption_is_old(self) -> bool: ...
    def to_dict(self) -> Dict[str, Any]: ...
    def __hash__(self) -> int: ...

class Offers:
    @property
    def notes(self) -> Tuple[str, ...]: ...
    @property
    def reading(self) -> Tuple[str, ...]: ...
    @property
    def total(self) -> int: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Offer]: ...
    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Offers: ...
    def __contains__(self, value: object) -> bool: ...
    def count(self, value: object) -> int: ...
    def index(self, value: object) -> int: ...
    def to_dicts(self) -> List[Dict[str, Any]]: ...
    def to_jsonl(self) -> str: ...
    def to_arrow(self) -> Any: ...
    def to_pandas(self) -> Any: ...
    def to_polars(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...
    def _repr_html_(self) -> str: ...
'''

OTHERS = {
    "compare": "(*instance_types: str, regions: Optional[Texts] = None) -> Comparison",
    "types": "(pattern: Optional[Texts] = None, *, regions: Optional[Texts] = None) -> List[InstanceType]",
    "regions": "(pattern: Optional[Texts] = None) -> List[RegionInfo]",
    "catalog_info": "() -> CatalogInfo",
    "refresh": "(source: Optional[str] = None, *, as_of: Union[str, date, None] = None, accept_shrunken: bool = False)"
    " -> RefreshReport",
    "plan": "(offers: Union[Offer, Iterable[Offer], Offers], *, ttl: Optional[str] = None, idle_timeout: Optional[str] = None, "
    "root_gib: Optional[int] = None) -> Plan",
    "instances": "(*, regions: Optional[Texts] = None, all: bool = False, mine: bool = False, state: Optional[Texts] = None, "
    "tag: Optional[Texts] = None, launch: Optional[str] = None) -> Machines",
    "extend": "(machines: Meant, by: Union[str, timedelta, None] = None, *, until: Union[str, datetime, None] = None, "
    "yes: bool = False) -> Machines",
    "terminate": "(machines: Meant) -> Machines",
}

#: Types of the stub by what a flag takes.
TAKES = {
    "nothing": "bool = False",
    "one": "Optional[Scalar] = None",
    "several": "Union[Scalar, Iterable[Scalar], Mapping[str, Scalar], None] = None",
}


def function(name: str, kind: str = "def") -> str:
    """The stub of a search: the overload for groups first, where there are any."""
    given = _signatures.arguments(name)
    first = "instance_types" if name == "capacity" else "pattern"

    def stub(returned: str, grouped: bool) -> str:
        lines = [f"{kind} {name}(", f"    {first}: Optional[Texts] = None,", "    *,"]
        for one in sorted(given, key=lambda one: one.name != "group_by") if grouped else given:
            if one.name == "group_by":
                lines.append("    group_by: str," if grouped else "    group_by: None = None,")
            else:
                lines.append(f"    {one.name}: {one.type} = {_signatures.default(one)!r},")
        return "\n".join([*lines, f") -> {returned}: ...\n"])

    if name == "capacity":
        return stub("Offers", False)
    return f"@overload\n{stub('Offers', False)}@overload\n{stub('OfferGroups', True)}"


def launch(kind: str = "def") -> str:
    flags = _account.arguments(cloudkit_aws)
    lines = [f"{kind} launch(", "    plan: Plan,", "    *,", "    yes: bool = False,"]
    lines += [f"    {name.replace('-', '_')}: {TAKES[takes]}," for name, takes, _ in flags]
    return "\n".join([*lines, ") -> List[Launched]: ...\n"])


def module() -> str:
    documents = (
        "CatalogInfo Comparison CostPart Feed InRegion InstanceType ListFailure OfferGroup OfferGroups Plan PlannedMachine Price "
        "RefreshReport RegionInfo Source"
    ).split()
    errors = (
        "BugError CapacityError CloudkitError CredentialsError InterruptedByUserError NoAnswerError PartialError UnavailableError "
        "UsageError"
    ).split()
    account = "Launched Machine Machines Meant".split()
    imports = [f"from ._account import {name} as {name}" for name in account]
    imports += [f"from ._documents import {name} as {name}" for name in documents]
    imports += [f"from ._errors import {name} as {name}" for name in errors]
    imports.append("from ._truffle import Truffle as Truffle")
    functions = [function(name) for name in ("search", "spot", "capacity")]
    functions += [f"def {name}{signature}: ...\n" for name, signature in OTHERS.items()]
    head = HEAD.format(about='"""Find EC2 machines: which type, where, at what price."""\n')
    functions.append(launch())
    return head + "\n".join(imports) + "\n" + NAMES + CLASSES + "\n" + "\n".join(functions)


def beside() -> str:
    head = HEAD.format(about='"""The same functions for asyncio."""\n')
    names = (
        "CatalogInfo Comparison InstanceType Launched Machines Meant Number Offer OfferGroups Offers Plan Range RefreshReport "
        "RegionInfo Scalar Texts"
    )
    imports = f"from . import {', '.join(names.split())}\n\n"
    functions = [function(name, "async def") for name in ("search", "spot", "capacity")]
    functions += [f"async def {name}{signature}: ...\n" for name, signature in OTHERS.items()]
    functions.append(launch("async def"))
    return head + imports + "\n".join(functions)


def main() -> int:
    stale = []
    for name, content in (("__init__.pyi", module()), ("aio.pyi", beside())):
        path = FOLDER / name
        if path.exists() and path.read_text() == content:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(content)
    if stale and "--check" in sys.argv:
        print(f"{', '.join(stale)}: not as they would be written; run python stubs.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
