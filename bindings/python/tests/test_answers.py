"""What answers are: sequences of values, tables, money that is exact."""

from __future__ import annotations

import inspect
import json
import pickle
from datetime import date
from decimal import Decimal

import pandas
import polars
import pyarrow
import pytest

import cloudkit


@pytest.fixture
def offers() -> cloudkit.Offers:
    return cloudkit.search("h100 efa", regions="us-east-1")


def test_an_offer_is_a_value(offers: cloudkit.Offers) -> None:
    first = offers[0]
    assert (first.instance_type, first.family, first.region, first.market) == ("p5.4xlarge", "p5", "us-east-1", "on-demand")
    assert (first.vcpus, first.memory_mib, first.memory_gib) == (16, 262144, 256.0)
    assert first.price_usd_hour == Decimal("6.88") and first.price_as_of == date(2026, 8, 6)
    assert first.zones[0] == "use1-az1" and first.architectures == ("x86_64",)
    [gpu] = first.gpus
    assert (gpu.name, gpu.count, gpu.memory_mib) == ("H100", 1, 81920)
    assert first.saving_percent is None and first.interruption_percent is None
    again = cloudkit.search("p5.4xlarge", regions="us-east-1")[0]
    assert again == first and hash(again) == hash(first) and len({again, first}) == 1 and first != offers[1]
    assert repr(first) == "Offer('p5.4xlarge', 'us-east-1', market='on-demand', price_usd_hour=Decimal('6.88'))"
    with pytest.raises(AttributeError):
        first.region = "us-west-2"  # type: ignore[misc]


def test_a_part_of_a_gpu_is_a_fraction() -> None:
    [gpu] = cloudkit.search("g6f.large", regions="us-east-1")[0].gpus
    assert gpu.count == Decimal("0.125")


def test_offers_are_a_sequence(offers: cloudkit.Offers) -> None:
    assert len(offers) == 2 and offers and [*offers] == [offers[0], offers[1]]
    assert offers[-1] == offers[1] and offers[::-1][0] == offers[1] and offers[5:] == offers[2:]
    assert offers[0] in offers and offers.index(offers[1]) == 1 and offers.count(offers[0]) == 1
    assert list(reversed(offers)) == [offers[1], offers[0]] and "p5" not in offers
    with pytest.raises(IndexError, match="2 offers, and none at 2"):
        offers[2]
    assert not cloudkit.search("b300", regions="us-west-1") and repr(cloudkit.search("b300", regions="us-west-1")) == "<0 offers>"
    everything = cloudkit.search(regions="all", limit=3)
    assert (len(everything), everything.total > 20_000) == (3, True)
    assert any("left out" in note for note in everything.notes)


def test_all_of_it_can_be_pickled(offers: cloudkit.Offers) -> None:
    values = [offers, offers[0], offers[0].gpus[0], *cloudkit.regions("us-*"), cloudkit.catalog_info()]
    values += [*cloudkit.types("m7i.*"), cloudkit.search("l4", regions="us-*", group_by="family")]
    values.append(cloudkit.plan(offers, ttl="8h"))
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(offers)).notes == offers.notes
    error = pickle.loads(pickle.dumps(cloudkit.UsageError("no", ["try"])))
    assert (str(error), error.hints) == ("no\nhint: try", ("try",))


def test_lines_are_what_launch_reads(offers: cloudkit.Offers) -> None:
    assert [json.loads(line) for line in offers.to_jsonl().splitlines()] == offers.to_dicts()
    assert offers[0].to_dict()["schema"] == "cloudkit.offer/v1" and offers[0].to_dict()["price_usd_hour"] == "6.88"


def test_a_notebook_shows_a_table_in_which_nothing_is_markup(offers: cloudkit.Offers) -> None:
    shown = offers._repr_html_()
    assert shown.count("<tr>") == 3 and "1 x H100 (80 GiB)" in shown and "6.88" in shown
    many = cloudkit.search(regions="all")._repr_html_()
    assert many.count("<tr>") == 21 and "20 of " in many
    assert "none" in cloudkit.search("b300", regions="us-west-1")._repr_html_()
    for value in (cloudkit.compare("m7i.large", "m7g.large"), cloudkit.catalog_info(), cloudkit.plan(offers, ttl="8h")):
        assert "<table>" in value._repr_html_()
    assert "&lt;script&gt;" in cloudkit._show.table([("<script>", False, str)], ["x"], 1, [])  # type: ignore[attr-defined]


def test_frames_have_every_row_with_exact_money() -> None:
    offers = cloudkit.search("g6*", regions="us-*")
    frames = (offers.to_polars(), polars.DataFrame(offers))
    assert all(isinstance(frame, polars.DataFrame) and frame.height == len(offers) for frame in frames)
    prices = frames[0]["price_usd_hour"]
    assert prices.dtype == polars.Decimal(18, 6) and prices.to_list() == [one.price_usd_hour for one in offers]
    table = offers.to_arrow()
    assert isinstance(table, pyarrow.Table) and table.equals(pyarrow.table(offers))
    assert table["zones"].to_pylist() == [list(one.zones) for one in offers]
    assert table["gpu"][0].as_py() == "L4" and table["price_as_of"].type == pyarrow.date32()
    frame = offers.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(offers)
    known = [price for price in frame["price_usd_hour"] if price is not None]
    assert known and all(isinstance(price, Decimal) for price in known)
    assert cloudkit.search("b300", regions="us-west-1").to_polars().shape == (0, 25)


def test_spot_offers_come_from_lists(lists: str) -> None:
    report = cloudkit.refresh(lists, as_of="2026-08-09")
    assert any(feed.kept for feed in report.feeds)
    info = cloudkit.catalog_info()
    assert "feed" in {source.source for source in info.sources}


def test_what_another_process_refreshes_is_seen(home: object, lists: str) -> None:
    before = cloudkit.catalog_info()
    cloudkit.refresh(lists, as_of="2026-08-09")
    assert cloudkit.catalog_info() != before


def test_groups() -> None:
    groups = cloudkit.search("l4", regions="us-*", group_by="family")
    assert [group.group for group in groups] == ["g6f", "g6", "gr6f", "gr6"]
    assert groups[0].cheapest_usd_hour == Decimal("0.202") and groups[:2][1] == groups[1]


def test_types_and_comparison() -> None:
    [large] = cloudkit.types("m7i.large")
    assert (large.vcpus, large.memory_mib, large.family) == (2, 8192, "m7i")
    there = large.in_region("us-east-1")
    assert there is not None and there.price() == Decimal("0.1008")
    assert cloudkit.compare("m7i.large", "m7g.large").differences["cores"] == (1, 2)
    assert len(cloudkit.types()) == cloudkit.catalog_info().types


def test_a_plan_costs_what_is_known(offers: cloudkit.Offers) -> None:
    plan = cloudkit.plan(offers[0], ttl="8h", idle_timeout="1h", root_gib=100)
    [machine] = plan.candidates
    assert (plan.ttl, plan.idle_timeout) == ("8h", "1h")
    assert machine.known_usd_until_deadline == machine.known_usd_hour * 8
    assert machine.known_usd_hour == sum(part.usd_hour for part in machine.parts if part.usd_hour)
    assert any("quotas" in what for what in plan.not_known)


def test_truffle_answers_as_its_documentation_says() -> None:
    truffle = cloudkit.Truffle()
    assert truffle.search("m7i.large", min_vcpus=2, min_memory=8).total > 10
    assert all(len(one.zones) >= 3 for one in truffle.az("m7i.large", min_az_count=3))
    assert [one.instance_type for one in truffle.search("m7?.large", ["us-east-1"], architecture="arm64")] == ["m7g.large"]
    assert "us-east-1" in truffle.list_regions() and truffle.capacity(["p5.48xlarge"], gpu_only=True)
    with pytest.raises(cloudkit.UnavailableError):
        truffle.spot("m7i.large", max_price=0.1)
    with pytest.raises(cloudkit.CredentialsError):
        truffle.capacity(available_only=True)


def test_help_says_every_argument() -> None:
    signature = inspect.signature(cloudkit.search)
    assert {"vcpus", "max_price", "bare_metal", "regions"} <= set(signature.parameters)
    assert "GPU memory" in (cloudkit.search.__doc__ or "")


def test_the_region_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    offers = cloudkit.search("m7i.large")
    assert offers[0].region == "eu-west-1" and 'region eu-west-1 (AWS_REGION); regions="all" searches the world' in offers.notes
