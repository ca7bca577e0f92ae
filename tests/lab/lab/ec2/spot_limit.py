"""The highest price of a spot launch, held against the price of its zone.

It deliberately takes no machine back when the price rises.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..errors import AwsError
from .lists import invalid, now
from .spot_prices import SPOT_PRICES

_LEAST = Decimal("0.001")


def check_max_price(max_price: str | None, instance_type: str, zone: str, platform: str) -> None:
    """Nothing is checked where no highest price was said, or the zone has no price."""
    if not max_price:
        return
    try:
        highest = Decimal(max_price)
    except InvalidOperation:
        raise invalid(f"Invalid value '{max_price}' for MaxPrice.") from None
    if highest <= _LEAST:
        raise invalid(f"The maximum price {max_price} must be greater than {_LEAST}.")
    size = INSTANCE_TYPES[instance_type]["VCpuInfo"]["DefaultVCpus"]
    product = "Windows" if platform == "Windows" else "Linux/UNIX"
    changes = SPOT_PRICES.changes(instance_type, zone, product, now(), now(), size)
    if changes and highest < Decimal(changes[-1][1]):
        raise AwsError(
            400,
            "SpotMaxPriceTooLow",
            f"Your Spot request price of {max_price} is lower than the minimum required Spot request fulfillment "
            f"price of {changes[-1][1]}.",
        )
