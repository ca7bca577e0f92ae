"""A local AWS on loopback: the Moto server, extended where a launcher of EC2 machines needs more.

It deliberately checks no signatures, prices nothing, contacts nothing outside this computer, and knows
nothing of the programs that talk to it. `python -m lab` starts it; `control` says how it is steered.
"""

ACCOUNT = "123456789012"
LOOPBACK = "127.0.0.1"
