#!/bin/bash
# Runs once on each machine, after packages and files are there.
set -euo pipefail

install -d -m 0755 /var/lib/api
python3 -c 'import ast; ast.parse(open("/opt/files/api.py").read())'
