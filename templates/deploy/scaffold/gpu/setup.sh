#!/bin/bash
# Runs once on each machine, as root, after packages and files are there; again when it is changed.
set -euo pipefail

# Fails where there is no GPU, or no driver for it.
nvidia-smi --list-gpus
