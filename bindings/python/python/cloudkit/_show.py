"""How answers look in a notebook: a tidy table, the notes below it. What comes from outside is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Sequence, Tuple

if TYPE_CHECKING:
    from . import Device, Offer, Offers

#: How many rows a notebook shows.
MOST_ROWS = 20

Column = Tuple[str, bool, Callable[[Any], str]]


def table(columns: Sequence[Column], rows: Sequence[Any], count: int, notes: Iterable[str]) -> str:
    """The first of so many rows; a column is its title, whether it stands at its right edge, and what is in it."""
    shown = [[cell(row) for _, _, cell in columns] for row in rows[:MOST_ROWS]]
    filled = [place for place, _ in enumerate(columns) if any(cells[place] for cells in shown)]

    def line(tag: str, cells: Sequence[str]) -> str:
        def one(place: int) -> str:
            side = "right" if columns[place][1] else "left"
            return f'<{tag} style="text-align:{side}">{escape(cells[place]) or "-"}</{tag}>'

        return "<tr>" + "".join(map(one, filled)) + "</tr>"

    head = line("th", [title for title, _, _ in columns])
    body = "".join(line("td", cells) for cells in shown)
    remarks: List[str] = list(notes)
    if count > len(shown):
        remarks.insert(0, f"{len(shown)} of {count} rows are shown")
    told = "".join(f"<div>{escape(remark)}</div>" for remark in remarks)
    if not shown:
        return f"<div><b>none</b>{told}</div>"
    return f"<div><table><thead>{head}</thead><tbody>{body}</tbody></table><small>{told}</small></div>"


def _devices(devices: Sequence[Device]) -> str:
    def one(device: Device) -> str:
        memory = f" ({round(device.memory_mib / 1024)} GiB)" if device.memory_mib else ""
        return f"{device.count} x {device.name}{memory}"

    return " + ".join(map(one, devices))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _memory(offer: Offer) -> str:
    return "" if offer.memory_gib is None else f"{offer.memory_gib:g} GiB"


def _price(offer: Offer) -> str:
    old = " (old)" if offer.price_is_old else ""
    return _text(offer.price_usd_hour) + (old if offer.price_usd_hour is not None else "")


def _interruption(offer: Offer) -> str:
    band = offer.interruption_percent
    return "" if band is None else f"{band[0]}-{band[1]}%"


def _market(offer: Offer) -> str:
    return "" if offer.market == "on-demand" else offer.market


OFFER: Tuple[Column, ...] = (
    ("type", False, lambda offer: offer.instance_type),
    ("region", False, lambda offer: offer.region),
    ("vCPUs", True, lambda offer: _text(offer.vcpus)),
    ("memory", True, _memory),
    ("devices", False, lambda offer: _devices((*offer.gpus, *offer.accelerators))),
    ("arch", False, lambda offer: " ".join(offer.architectures)),
    ("market", False, _market),
    ("USD/hour", True, _price),
    ("saving", True, lambda offer: "" if offer.saving_percent is None else f"{offer.saving_percent}%"),
    ("interrupted", True, _interruption),
    ("as of", False, lambda offer: _text(offer.price_as_of)),
)


def offers(found: Offers) -> str:
    return table(OFFER, list(found[:MOST_ROWS]), len(found), found.notes)
