"""A wrong call of each function gives the documented error, which names the argument."""

from __future__ import annotations

from typing import Any, Callable

import pytest

import cloudkit

BAD_VALUES = [
    (lambda: cloudkit.search(vcpus="many"), "vcpus: "),
    (lambda: cloudkit.search(memory="8 apples"), "memory: "),
    (lambda: cloudkit.search(max_price="-1"), "max_price: "),
    (lambda: cloudkit.search(gpu="no such"), "gpu: "),
    (lambda: cloudkit.search(efa="perhaps"), "efa: "),
    (lambda: cloudkit.search(zone="us-east-1a"), "zone: "),
    (lambda: cloudkit.search(regions="eu-esat-1"), "regions: "),
    (lambda: cloudkit.search(regions=""), "regions: "),
    (lambda: cloudkit.search("h10"), "pattern: "),
    (lambda: cloudkit.search(os="mac"), "os: "),
    (lambda: cloudkit.search(sort="beauty"), "sort: "),
    (lambda: cloudkit.search("cheapest", sort="-price"), "sort: "),
    (lambda: cloudkit.search(sort="offers"), "sort: "),
    (lambda: cloudkit.search(sort="quota"), "sort: "),
    (lambda: cloudkit.search(group_by="colour"), "group_by: "),
    (lambda: cloudkit.search(limit=-1), "limit: "),
    (lambda: cloudkit.search(like="zz.large"), "like: "),
    (lambda: cloudkit.spot("on-demand m7i.large", offline=True), "no spot prices"),
    (lambda: cloudkit.spot(max_interruption="often"), "max_interruption: "),
    (lambda: cloudkit.capacity(regions="xx-1"), "regions: "),
    (lambda: cloudkit.capacity("/[/"), "instance_types: "),
    (lambda: cloudkit.capacity(gpu_only=True, accelerator_only=True), "gpu_only and accelerator_only"),
    (lambda: cloudkit.compare("m7i.large"), "instance_types: "),
    (lambda: cloudkit.compare("m7i.large", "m7ii.large"), "instance_types: "),
    (lambda: cloudkit.types("/[/"), "pattern: "),
    (lambda: cloudkit.regions("xx-1"), "regions: "),
    (lambda: cloudkit.refresh("/nowhere"), "source: "),
    (lambda: cloudkit.refresh("ftp://x"), "source: "),
    (lambda: cloudkit.refresh(as_of="tomorrow"), "as_of: "),
    (lambda: cloudkit.refresh(as_of="2099-01-01"), "as_of: "),
    (lambda: cloudkit.plan([]), "offers: "),
    (lambda: cloudkit.plan(cloudkit.search("m7i.large"), ttl="1y"), "ttl: "),
    (lambda: cloudkit.plan(cloudkit.search("m7i.large"), root_gib=0), "root_gib: "),
]

BAD_TYPES: Any = [
    (lambda: cloudkit.search(3), "pattern: "),
    (lambda: cloudkit.search({"h100": 8}), "pattern: "),
    (lambda: cloudkit.search(vcpus=True), "vcpus: "),
    (lambda: cloudkit.search(vcpus=(1, 2, 3)), "vcpus: "),
    (lambda: cloudkit.search(vcpus=object()), "vcpus: "),
    (lambda: cloudkit.search(gpu=4), "gpu: "),
    (lambda: cloudkit.search(limit=1.5), "limit: "),
    (lambda: cloudkit.search(os=3), "os: "),
    (lambda: cloudkit.search(vcpu=3), "search\\(\\) has no argument \"vcpu\"; near it: vcpus"),
    (lambda: cloudkit.search(min_saving=3), "min_saving"),
    (lambda: cloudkit.spot(offline="yes"), "offline: "),
    (lambda: cloudkit.capacity(3), "instance_types: "),
    (lambda: cloudkit.compare(3, 4), "instance_types: "),
    (lambda: cloudkit.types(3), "pattern: "),
    (lambda: cloudkit.regions(3), "pattern: "),
    (lambda: cloudkit.catalog_info(3), "catalog_info"),
    (lambda: cloudkit.refresh(3), "source: "),
    (lambda: cloudkit.refresh(accept_shrunken=1), "accept_shrunken: "),
    (lambda: cloudkit.plan(3), "offers: "),
    (lambda: cloudkit.plan(["m7i.large"]), "offers: "),
    (lambda: cloudkit.plan(cloudkit.search("m7i.large"), ttl=8), "ttl: "),
    (lambda: cloudkit.plan(cloudkit.search("m7i.large"), root_gib="8"), "root_gib: "),
]


@pytest.mark.parametrize(("call", "names"), BAD_VALUES)
def test_a_bad_value_names_its_argument(call: Callable[[], object], names: str) -> None:
    with pytest.raises(ValueError, match=f"^{names}") as raised:
        call()
    assert isinstance(raised.value, cloudkit.CloudkitError) and raised.value.exit_code == 2


@pytest.mark.parametrize(("call", "names"), BAD_TYPES)
def test_a_bad_type_names_its_argument(call: Callable[[], object], names: str) -> None:
    with pytest.raises(TypeError, match=names):
        call()


def test_hints_are_in_the_message() -> None:
    with pytest.raises(cloudkit.UsageError) as raised:
        cloudkit.search(regions="eu-esat-1")
    assert str(raised.value).splitlines() == [
        'regions: no region is called "eu-esat-1"; near it: eu-west-1, eu-west-2, eu-west-3',
        'hint: regions="all" asks about every region',
    ]


def test_without_a_network_spot_says_so() -> None:
    with pytest.raises(cloudkit.UnavailableError, match="no spot prices are known"):
        cloudkit.spot("m7i.large")
    with pytest.raises(cloudkit.UnavailableError) as raised:
        cloudkit.refresh()
    assert raised.value.report.failures  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["reservations", "blocks", "check", "check_quotas", "min_count"])
def test_what_an_account_would_say_is_refused(name: str) -> None:
    with pytest.raises(cloudkit.CredentialsError, match=f"cloudkit find capacity --{name.replace('_', '-')}"):
        cloudkit.capacity(**{name: 1})  # type: ignore[arg-type]


def test_each_exit_code_has_a_class() -> None:
    classes = cloudkit.CloudkitError.__subclasses__()
    assert sorted(one.exit_code for one in classes if one.exit_code) == [1, 2, 3, 4, 5, 6, 70, 130]
    assert all(one.__module__ == "cloudkit" for one in classes)
