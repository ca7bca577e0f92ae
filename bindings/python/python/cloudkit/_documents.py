"""What is looked up and not searched, as plain frozen values: equality, hash, repr and pickle come with them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union, overload

from ._show import table

Document = Dict[str, Any]


def _day(text: Optional[str]) -> Optional[date]:
    return None if text is None else date.fromisoformat(text)


def money(text: Optional[str]) -> Optional[Decimal]:
    return None if text is None else Decimal(text)


class _OfDocument:
    """A value that remembers the document that it was made of: the one that the command line prints."""

    _document: Document

    def to_dict(self) -> Document:
        """The document that the command line prints; what is not known is absent."""
        return self._document


def _hidden() -> Any:
    return field(repr=False, compare=False)


@dataclass(frozen=True)
class Price:
    """What an hour of a type costs in a region."""

    #: How it is sold: ``on-demand`` or ``spot``.
    market: str
    #: What the hour is billed as.
    os: str
    #: US dollars an hour.
    usd_hour: Decimal
    #: ``embedded`` or ``feed``.
    source: str
    #: The day that the price is from.
    as_of: Optional[date]
    #: Whether it is older than such prices keep their worth.
    is_old: bool = False


@dataclass(frozen=True)
class InRegion:
    """A type in a region."""

    region: str
    #: The ids of the zones that have it.
    zones: Tuple[str, ...]
    prices: Tuple[Price, ...]

    def price(self, market: str = "on-demand", os: str = "linux") -> Optional[Decimal]:
        """US dollars an hour, where that is known."""
        return next((one.usd_hour for one in self.prices if (one.market, one.os) == (market, os)), None)


@dataclass(frozen=True)
class InstanceType(_OfDocument):
    """Everything known of an instance type. What is not known is ``None``; that there is none of something is empty or 0."""

    name: str
    family: str
    vcpus: Optional[int]
    cores: Optional[int]
    memory_mib: Optional[int]
    architectures: Tuple[str, ...]
    processor_maker: Optional[str]
    clock_mhz: Optional[int]
    network_performance: Optional[str]
    network_baseline_mbps: Optional[int]
    network_peak_mbps: Optional[int]
    #: The yes-or-no facts that hold.
    features: Optional[Tuple[str, ...]]
    #: How it is sold anywhere.
    markets: Optional[Tuple[str, ...]]
    #: Where it is offered.
    regions: Tuple[InRegion, ...] = field(repr=False)
    _document: Document = _hidden()

    def in_region(self, region: str) -> Optional[InRegion]:
        """The type in a region, where it is known to be offered there."""
        return next((one for one in self.regions if one.region == region), None)


def instance_type(document: Document) -> InstanceType:
    def price(one: Document) -> Price:
        as_of, old = _day(one["as_of"]), one.get("price_is_old", False)
        return Price(one["market"], one["os"], Decimal(one["usd_hour"]), one["source"], as_of, old)

    def region(one: Document) -> InRegion:
        return InRegion(one["region"], tuple(one["zones"]), tuple(map(price, one["prices"])))

    def texts(name: str) -> Optional[Tuple[str, ...]]:
        return None if document.get(name) is None else tuple(document[name])

    get = document.get
    return InstanceType(
        name=document["instance_type"],
        family=document["family"],
        vcpus=get("vcpus"),
        cores=get("cores"),
        memory_mib=get("memory_mib"),
        architectures=tuple(document["architectures"]),
        processor_maker=get("processor_maker"),
        clock_mhz=get("clock_mhz"),
        network_performance=get("network_performance"),
        network_baseline_mbps=get("network_baseline_mbps"),
        network_peak_mbps=get("network_peak_mbps"),
        features=texts("features"),
        markets=texts("markets"),
        regions=tuple(map(region, document["regions"])),
        _document=document,
    )


class Comparison(Tuple[InstanceType, ...]):
    """Instance types side by side."""

    @property
    def differences(self) -> Mapping[str, Tuple[Any, ...]]:
        """The facts in which they differ: the fact's name in the document, and its value for each type."""
        names: List[str] = []
        for one in self:
            names.extend(name for name in one.to_dict() if name not in names)
        values = {name: tuple(one.to_dict().get(name) for one in self) for name in names}
        same = ("schema", "instance_type", "family", "regions")
        return {name: all_of for name, all_of in values.items() if name not in same and differ(all_of)}

    def _repr_html_(self) -> str:
        rows = [("", *(one.name for one in self))]
        differences = self.differences
        for name in self[0].to_dict() if self else ():
            if name not in ("schema", "instance_type", "regions"):
                mark = "* " if name in differences else ""
                rows.append((mark + name, *(str(one.to_dict().get(name, "-")) for one in self)))

        def column(place: int) -> Tuple[str, bool, Any]:
            return rows[0][place], False, lambda row: row[place]

        return table([column(place) for place in range(len(self) + 1)], rows[1:], len(rows) - 1, ())


def differ(values: Sequence[Any]) -> bool:
    return any(value != values[0] for value in values)


@dataclass(frozen=True)
class RegionInfo(_OfDocument):
    """A region of AWS."""

    region: str
    #: What AWS calls it.
    name: Optional[str]
    #: The ids of its zones.
    zones: Tuple[str, ...]
    #: Types that are known to be offered there; ``None`` where nothing is known of it.
    instance_types: Optional[int]
    _document: Document = _hidden()


def region(document: Document) -> RegionInfo:
    get = document.get
    return RegionInfo(
        document["region"], get("name"), tuple(document["zones"]), get("instance_types"), document
    )


@dataclass(frozen=True)
class Source:
    """Where figures of the catalog come from."""

    source: str
    #: What was read.
    origin: str
    as_of: str
    age_days: Optional[int]
    is_old: bool
    #: How many prices come from it.
    prices: int
    #: How many interruption rates.
    interruptions: int


@dataclass(frozen=True)
class CatalogInfo(_OfDocument):
    """The catalog in use: its sources, and what it covers."""

    types: int
    sources: Tuple[Source, ...]
    #: What is covered in each region, as the command line says it.
    regions: Tuple[Document, ...] = field(repr=False, compare=False)
    _document: Document = _hidden()

    def _repr_html_(self) -> str:
        columns = [
            ("source", False, lambda one: one.source),
            ("as of", False, lambda one: one.as_of + (" (old)" if one.is_old else "")),
            ("prices", True, lambda one: str(one.prices)),
            ("interruption rates", True, lambda one: str(one.interruptions)),
            ("read from", False, lambda one: one.origin),
        ]
        note = f"{self.types} instance types in {len(self.regions)} regions"
        return table(columns, self.sources, len(self.sources), [note])


def catalog(document: Document) -> CatalogInfo:
    def source(one: Document) -> Source:
        prices, age = sum(one["prices"].values()), one.get("age_days")
        return Source(
            one["source"], one["origin"], one["as_of"], age, one["is_old"], prices, one["interruptions"]
        )

    sources = tuple(map(source, document["sources"]))
    return CatalogInfo(document["types"], sources, tuple(document["regions"]), document)


@dataclass(frozen=True)
class Feed:
    """What became of the lists of a feed."""

    feed: Optional[str]
    os: Optional[str]
    #: Lists that were read, and those that are still the same.
    lists: int
    unchanged_lists: int
    #: Rows of the lists that were read, and of these those that are kept.
    rows: int
    kept: int
    last_as_of: Optional[str]


@dataclass(frozen=True)
class ListFailure:
    """A list that changed nothing, and why."""

    list: str
    error: str


@dataclass(frozen=True)
class RefreshReport:
    """What came of a refresh."""

    feeds: Tuple[Feed, ...]
    failures: Tuple[ListFailure, ...]
    remarks: Tuple[str, ...]


def refreshed(rows: List[Document], failures: List[Document], remarks: Sequence[str]) -> RefreshReport:
    names = [one.name for one in fields(Feed)]

    def feed(row: Document) -> Feed:
        known: Document = {name: row.get(name) for name in names}
        return Feed(**known)

    feeds = tuple(map(feed, rows))
    failed = tuple(ListFailure(row["list"], row["error"]) for row in failures)
    return RefreshReport(feeds, failed, tuple(remarks))


@dataclass(frozen=True)
class OfferGroup(_OfDocument):
    """Offers that have a region, a type or a family in common."""

    group_by: str
    group: str
    offers: int
    types: int
    regions: int
    #: The cheapest: its type, its region, its market, and US dollars an hour; ``None`` where no price is known.
    cheapest_type: Optional[str]
    cheapest_region: Optional[str]
    cheapest_usd_hour: Optional[Decimal]
    #: US dollars an hour of the dearest.
    dearest_usd_hour: Optional[Decimal]
    #: How many of the offers have a price that is not known.
    unpriced: int
    _document: Document = _hidden()


class OfferGroups(Sequence[OfferGroup]):
    """Groups of offers, best first."""

    def __init__(self, groups: Sequence[OfferGroup], notes: Sequence[str], total: int) -> None:
        self._groups = tuple(groups)
        #: What a person may wonder about.
        self.notes: Tuple[str, ...] = tuple(notes)
        #: How many groups there were before the limit.
        self.total = total

    @overload
    def __getitem__(self, index: int) -> OfferGroup: ...

    @overload
    def __getitem__(self, index: slice) -> OfferGroups: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[OfferGroup, OfferGroups]:
        if isinstance(index, slice):
            return OfferGroups(self._groups[index], self.notes, self.total)
        return self._groups[index]

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[OfferGroup]:
        return iter(self._groups)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OfferGroups) and self._groups == other._groups

    def __hash__(self) -> int:
        return hash(self._groups)

    def __repr__(self) -> str:
        return f"<{len(self)} groups of offers>"

    def to_dicts(self) -> List[Document]:
        """All of them as the command line prints them."""
        return [group.to_dict() for group in self]

    def _repr_html_(self) -> str:
        def text(value: object) -> str:
            return "" if value is None else str(value)

        columns = [
            (self[0].group_by if self else "group", False, lambda one: one.group),
            ("offers", True, lambda one: str(one.offers)),
            ("types", True, lambda one: str(one.types)),
            ("regions", True, lambda one: str(one.regions)),
            ("cheapest type", False, lambda one: text(one.cheapest_type)),
            ("in region", False, lambda one: text(one.cheapest_region)),
            ("USD/hour", True, lambda one: text(one.cheapest_usd_hour)),
            ("up to", True, lambda one: text(one.dearest_usd_hour)),
        ]
        return table(columns, self._groups, len(self), self.notes)


def groups(documents: List[Document], notes: Sequence[str], total: int) -> OfferGroups:
    def group(one: Document) -> OfferGroup:
        cheapest: Document = one.get("cheapest", {})
        return OfferGroup(
            one["group_by"],
            one["group"],
            one["offers"],
            one["types"],
            one["regions"],
            cheapest.get("instance_type"),
            cheapest.get("region"),
            money(cheapest.get("price_usd_hour")),
            money(one.get("dearest_usd_hour")),
            one["unpriced"],
            one,
        )

    return OfferGroups([group(one) for one in documents], notes, total)


@dataclass(frozen=True)
class CostPart:
    """A part of what a machine costs."""

    what: str
    #: US dollars an hour; ``None`` where it is not known.
    usd_hour: Optional[Decimal]
    #: Where the figure is from, and its date.
    source: Optional[str]


@dataclass(frozen=True)
class PlannedMachine:
    """A machine that would do, and what it costs as far as that is known."""

    instance_type: str
    region: str
    market: str
    #: All parts together, in US dollars an hour; ``None`` while one of them is not known.
    usd_hour: Optional[Decimal]
    #: The parts whose price is known.
    known_usd_hour: Decimal
    #: All parts together until the deadline; ``None`` without a deadline, or while a part is not known.
    usd_until_deadline: Optional[Decimal]
    #: The parts whose price is known, until the deadline.
    known_usd_until_deadline: Optional[Decimal]
    parts: Tuple[CostPart, ...] = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """What a launch would make, by the catalog alone. Nothing is launched, and no account was asked."""

    #: The machines that would do, best first.
    candidates: Tuple[PlannedMachine, ...]
    #: How long after the launch the machine ends; ``None`` for when somebody ends it.
    ttl: Optional[str]
    idle_timeout: Optional[str]
    #: What nobody but the account knows.
    not_known: Tuple[str, ...] = field(repr=False)
    #: The size of the root volume in GiB; ``None`` for the image's own.
    root_gib: Optional[int]
    #: The offers that it was made of, as ``launch`` reads them.
    offers_jsonl: str = field(repr=False)

    def _repr_html_(self) -> str:
        def text(value: object) -> str:
            return "" if value is None else str(value)

        columns = [
            ("type", False, lambda one: one.instance_type),
            ("region", False, lambda one: one.region),
            ("market", False, lambda one: one.market),
            ("known USD/hour", True, lambda one: text(one.known_usd_hour)),
            ("known USD until the deadline", True, lambda one: text(one.known_usd_until_deadline)),
        ]
        notes = [f"not known: {what}" for what in self.not_known]
        return table(columns, self.candidates, len(self.candidates), notes)


def cost_part(one: Document) -> CostPart:
    return CostPart(one["what"], money(one.get("usd_hour")), one.get("source"))


def plan(document: Document, root_gib: Optional[int]) -> Plan:
    def machine(one: Document) -> PlannedMachine:
        return PlannedMachine(
            one["instance_type"],
            one["region"],
            one["market"],
            money(one["usd_hour"]),
            Decimal(one["known_usd_hour"]),
            money(one["usd_until_deadline"]),
            money(one["known_usd_until_deadline"]),
            tuple(map(cost_part, one["parts"])),
        )

    candidates = tuple(map(machine, document["candidates"]))
    return Plan(
        candidates,
        document["ttl"],
        document["idle_timeout"],
        tuple(document["not_known"]),
        root_gib,
        document["offers"],
    )
