#!/bin/bash
# Runs once on each machine, as root, after packages and files are there; again when it is changed.
set -euo pipefail

# With further packages: python3 -m venv /opt/venv && /opt/venv/bin/pip install -r /opt/files/requirements.txt
python3 -c 'import ast; ast.parse(open("/opt/files/server.py").read())'
python3 --version
