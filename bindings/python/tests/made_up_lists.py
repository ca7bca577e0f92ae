"""Lists of spot prices and interruptions in AWS's own format, for tests: every figure in them is made up.

They are made from the types and prices of the catalog by arithmetic alone, so that the same catalog gives the same lists.
"""

from __future__ import annotations

import json
import pathlib
import zlib

import cloudkit

REGIONS = ("eu-central-1", "us-east-1", "us-west-2")
#: AWS's own bands: <https://aws.amazon.com/ec2/spot/instance-advisor/>
RANGES = (("<5%", 5), ("5-10%", 11), ("10-15%", 16), ("15-20%", 22), (">20%", 100))


def drawn(*of: str) -> int:
    """A number that looks drawn and is always the same."""
    return zlib.crc32(" ".join(of).encode())


def write(folder: pathlib.Path) -> None:
    """Writes ``spot.json`` and ``spot-advisor-data.json`` into a folder."""
    prices: dict[str, list[object]] = {region: [] for region in REGIONS}
    advice: dict[str, dict[str, object]] = {region: {"Linux": {}} for region in REGIONS}
    types: dict[str, object] = {}
    for offer in cloudkit.search("gpus", regions=list(REGIONS)):
        name, region, price = offer.instance_type, offer.region, offer.price_usd_hour
        if price is None:
            continue
        saving = 35 + drawn(name, region) % 45
        spot = {"USD": f"{price * (100 - saving) / 100:.4f}"}
        prices[region].append({"size": name, "valueColumns": [{"name": "linux", "prices": spot}]})
        types[name] = {"emr": False, "cores": offer.vcpus, "ram_gb": (offer.memory_mib or 0) / 1024}
        linux = advice[region]["Linux"]
        assert isinstance(linux, dict)
        linux[name] = {"s": saving, "r": drawn(region, name, "taken back") % len(RANGES)}
    regions = [
        {"region": region, "footnotes": {}, "instanceTypes": [{"type": "gpuCurrentGen", "sizes": sizes}]}
        for region, sizes in prices.items()
    ]
    config = {"rate": "perhr", "valueColumns": ["linux"], "currencies": ["USD"], "regions": regions}
    ranges = [{"index": at, "label": label, "dots": at, "max": most} for at, (label, most) in enumerate(RANGES)]
    advisor = {"global_rate": "<10%", "ranges": ranges, "instance_types": types, "spot_advisor": advice}
    folder.mkdir(exist_ok=True)
    (folder / "spot.json").write_text(json.dumps({"vers": 0.01, "config": config}))
    (folder / "spot-advisor-data.json").write_text(json.dumps(advisor))
