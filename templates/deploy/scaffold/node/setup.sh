#!/bin/bash
# Runs once on each machine, as root, after packages and files are there; again when it is changed.
set -euo pipefail

# With further packages: cd /opt/files && npm ci --omit=dev
node --check /opt/files/server.js
node --version
