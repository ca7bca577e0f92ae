"""The quotas of EC2 that a launcher of machines meets, by their codes, with AWS's names and defaults.

It deliberately leaves out the some hundred others. The value that an account finds is in `book`.
https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """`default` is AWS's for a new account, `generous` is what this account has until a test says otherwise."""

    code: str
    name: str
    default: float = 0.0
    generous: float = 4096.0
    usage_class: str | None = None


_ON_DEMAND = {
    "Standard (A, C, D, H, I, M, R, T, Z)": ("L-1216C47A", "Standard"),
    "G and VT": ("L-DB2E81BA", "G"),
    "P": ("L-417A185B", "P"),
    "X": ("L-7295265B", "X"),
    "F": ("L-74FC7D96", "F"),
    "Inf": ("L-1945791B", "Inf"),
    "Trn": ("L-2C3B7624", "Trn"),
    "DL": ("L-6E869C2A", "DL"),
    "HPC": ("L-F7808C92", "HPC"),
    "High Memory": ("L-43DA4232", "HighMem"),
}
_SPOT = {
    "Standard (A, C, D, H, I, M, R, T, Z)": ("L-34B43A08", "Standard"),
    "G and VT": ("L-3819A6DF", "G"),
    "P4, P3 and P2": ("L-7212CCBC", "P"),
    "P5": ("L-C4BD4855", "P5"),
    "X": ("L-E3A00192", "X"),
    "F": ("L-88CF9481", "F"),
    "Inf": ("L-B5D1601B", "Inf"),
    "Trn": ("L-6B0D517C", "Trn"),
    "DL": ("L-85EED4F7", "DL"),
}
_CAPACITY_BLOCKS = {
    "P4d": ("L-2C8F52B3", "L-B67430DE"),
    "P5": ("L-DA6814F2", "L-8131B2C6"),
    "P5e": ("L-C45F30BC", "L-AD1D1866"),
    "P5en": ("L-4F9BB70B", "L-7EA86503"),
    "Trn1": ("L-2E30FD7D", "L-C4947F9A"),
    "Trn2": ("L-64569A79", "L-24E8B4C0"),
}
# The letters that an instance type begins with, and the class whose quota it is charged to.
_CLASSES = {
    "Standard": ("a", "c", "d", "h", "hs", "i", "im", "is", "m", "r", "t", "z"),
    "G": ("g", "gr", "vt"),
    "P": ("p",),
    "X": ("x",),
    "F": ("f",),
    "Inf": ("inf",),
    "Trn": ("trn",),
    "DL": ("dl",),
    "HPC": ("hpc",),
    "HighMem": ("u",),
}


def _quotas() -> list[Quota]:
    found = [Quota("L-0263D0A3", "EC2-VPC Elastic IPs", default=5.0, generous=5.0)]
    for title, (code, usage_class) in _ON_DEMAND.items():
        default = 5.0 if usage_class == "Standard" else 0.0
        name = f"Running On-Demand {title} instances"
        found.append(Quota(code, name, default, usage_class=f"{usage_class}/OnDemand"))
    for title, (code, usage_class) in _SPOT.items():
        default = 5.0 if usage_class == "Standard" else 0.0
        found.append(Quota(code, f"All {title} Spot Instance Requests", default, usage_class=f"{usage_class}/Spot"))
    for title, codes in _CAPACITY_BLOCKS.items():
        for code, whose in zip(codes, ("account", "organization")):
            found.append(Quota(code, f"Concurrent {title} Capacity Blocks per {whose}", generous=64.0))
    return sorted(found, key=lambda quota: quota.code)


QUOTAS: dict[str, Quota] = {quota.code: quota for quota in _quotas()}


def code_of(instance_type: str, spot: bool) -> str | None:
    """The quota that machines of this type are charged to. None: AWS names none, as for Mac, or for P6 on spot."""
    found = re.match("[a-z]+", instance_type)
    letters = found.group() if found else ""
    usage_class = next((name for name, beginnings in _CLASSES.items() if letters in beginnings), None)
    if spot and usage_class == "P":
        generation = instance_type[1:2]
        usage_class = {"2": "P", "3": "P", "4": "P", "5": "P5"}.get(generation)
    table = _SPOT if spot else _ON_DEMAND
    return next((code for code, name in table.values() if name == usage_class), None)
