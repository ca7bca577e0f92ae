"""Spot prices of GPU machines against how often EC2 takes them back."""

# %% [markdown]
# # Spot price against interruption
#
# A cheap machine that is taken back every hour is not cheap. AWS publishes both: what spot machines cost, and in which share
# of them it took back within the last month.

# %%
import sys

import cloudkit

offers = cloudkit.spot("gpus", regions=["us-east-1", "us-west-2", "eu-central-1"], gpu_maker="nvidia")
known = [offer for offer in offers if offer.interruption_percent and offer.price_usd_hour and offer.on_demand_usd_hour]
print(f"{len(known)} of {len(offers)} offers have a price and an interruption rate")

# %% [markdown]
# One point is a machine in a region: to the left it is taken back rarely, further down it is cheap for each GPU.

# %%
import matplotlib

# The same bytes wherever it is drawn.
matplotlib.rcParams.update({"svg.hashsalt": "cloudkit", "svg.fonttype": "none"})
from matplotlib import pyplot

figure, axes = pyplot.subplots(figsize=(8, 5))
regions = sorted({offer.region for offer in known})
for number, region in enumerate(regions):
    here = [offer for offer in known if offer.region == region]
    # The band's middle; the regions stand beside each other, so that none hides another.
    beside = (number - (len(regions) - 1) / 2) * 0.8
    rates = [sum(offer.interruption_percent or ()) / 2 + beside for offer in here]
    prices = [float((offer.price_usd_hour or 0) / sum(gpu.count for gpu in offer.gpus)) for offer in here]
    axes.scatter(rates, prices, label=region, alpha=0.7, s=24)
axes.set_yscale("log")
axes.set_xlabel("taken back within a month, percent (middle of AWS's band)")
axes.set_ylabel("USD an hour for each GPU, spot")
axes.legend()
if len(sys.argv) > 2 and sys.argv[1].endswith(".svg"):
    axes.set_title(sys.argv[2])
figure.tight_layout()
if len(sys.argv) > 1 and sys.argv[1].endswith(".svg"):
    figure.savefig(sys.argv[1], metadata={"Date": None})
