"""The arguments of the searches: one list, of which signatures, stubs and the tests are made.

Filters come from the native half by their names; what they mean is written nowhere else.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, List, NamedTuple, Tuple, TypeVar

from ._native import _filters

Function = TypeVar("Function", bound=Callable[..., Any])


class Argument(NamedTuple):
    """A keyword argument: its name, its type as a stub says it, and what it is."""

    name: str
    type: str
    about: str


#: Types of the stub by the kind of a filter.
KINDS = {
    "range": "Optional[Range]",
    "number": "Optional[Number]",
    "names": "Optional[Texts]",
    "yes-or-no": "Union[bool, str, None]",
}

ROWS = (
    Argument("regions", "Optional[Texts]", 'codes, patterns such as "us-*", or "all"; else the region in force'),
    Argument("os", "str", "what the price is for: linux, windows, rhel, suse"),
    Argument("sort", "Optional[Texts]", 'columns or figures, such as "price" or "-gpu_memory"'),
    Argument("group_by", "Optional[str]", "region, type or family: groups of offers instead of offers"),
    Argument("limit", "Optional[int]", "at most so many"),
    Argument("like", "Optional[str]", "types of the same size, architecture and accelerators as this one"),
    Argument("offline", "bool", "use no network"),
)

#: What asks an account, which this package does not; each raises CredentialsError.
ACCOUNT = (
    Argument("check_quotas", "bool", "asks an account"),
    Argument("fits", "bool", "asks an account"),
    Argument("fresh", "bool", "asks an account"),
    Argument("count", "Optional[int]", "asks an account"),
)
SPOT_ACCOUNT = (
    Argument("per_zone", "bool", "asks an account"),
    Argument("history", "Optional[str]", "asks an account"),
    Argument("svg", "Optional[str]", "asks an account"),
    Argument("score", "bool", "asks an account"),
)
CAPACITY = (
    Argument("gpu_only", "bool", "only types with a GPU"),
    Argument("accelerator_only", "bool", "only types with another accelerator"),
    Argument("regions", "Optional[Texts]", 'codes, patterns such as "us-*", or "all"; else the region in force'),
    Argument("os", "str", "what the price is for"),
    Argument("limit", "Optional[int]", "at most so many"),
    Argument("offline", "bool", "use no network"),
    *(
        Argument(name, "bool", "asks an account")
        for name in ("reservations", "available_only", "blocks", "check", "check_quotas", "fits", "fresh")
    ),
    *(Argument(name, "Optional[int]", "asks an account") for name in ("min_count", "count")),
    *(Argument(name, "Optional[str]", "asks an account") for name in ("duration", "start_after", "end_by")),
)


def filters(of_spot: bool) -> List[Argument]:
    """The filters of a search."""
    return [Argument(name, KINDS[kind], about) for name, kind, about, spot in _filters() if of_spot or not spot]


def arguments(function: str) -> Tuple[Argument, ...]:
    """Every keyword argument of a function."""
    if function == "capacity":
        return CAPACITY
    account = (*ACCOUNT, *SPOT_ACCOUNT) if function == "spot" else ACCOUNT
    return (*ROWS, *filters(function == "spot"), *account)


def default(argument: Argument) -> object:
    if argument.type == "bool":
        return False
    return "linux" if argument.name == "os" else None


def signed(function: Function) -> Function:
    """The function with its true signature and its arguments in its help."""
    first, *_ = inspect.signature(function).parameters.values()
    given = arguments(function.__name__)
    keywords = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=default(one)) for one in given
    ]
    setattr(function, "__signature__", inspect.Signature([first, *keywords]))
    told = "\n".join(f"    {one.name}: {one.about}" for one in given)
    function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\nArguments:\n{told}\n"
    return function
