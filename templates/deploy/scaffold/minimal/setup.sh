#!/bin/bash
# Runs once on each machine, as root, after packages and files are there; again when it is changed.
set -euo pipefail

test -s /opt/files/index.html
echo "the page is there"
