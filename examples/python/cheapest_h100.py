"""The cheapest places for eight H100s."""

# %% [markdown]
# # The cheapest places for eight H100s
#
# Eight H100s come in one machine or in eight: what matters is the price of a GPU. No AWS account is needed; what is not
# known is left empty, never guessed.

# %%
import cloudkit

offers = cloudkit.search("h100", regions="all", sort="price_per_gpu", limit=10)
for offer in offers[:3]:
    print(offer.instance_type, offer.region, offer.price_usd_hour)

# %% [markdown]
# As a data frame: eight times the price of a GPU, where one is known.

# %%
import polars

frame = offers.to_polars().with_columns(
    usd_hour_of_eight=(polars.col("price_usd_hour").cast(polars.Float64) / polars.col("gpu_count") * 8).round(2)
)
print(frame.select("instance_type", "region", "gpu_count", "price_usd_hour", "usd_hour_of_eight", "price_as_of"))

# %% [markdown]
# What a night of it costs, as far as the catalog knows, and what only an account could say.

# %%
plan = cloudkit.plan(offers[0], ttl="8h")
machine = plan.candidates[0]
print(f"{machine.instance_type} in {machine.region}: at least {machine.known_usd_until_deadline} USD for {plan.ttl}")
for part in machine.parts:
    print(f"  {part.what}: {part.usd_hour if part.usd_hour is not None else 'not known'}")
