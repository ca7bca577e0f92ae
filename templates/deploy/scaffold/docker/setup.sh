#!/bin/bash
# Runs once on each machine, as root, after packages and files are there; again when it is changed.
set -euo pipefail

systemctl enable --now docker.service
docker version --format '{{.Server.Version}}'
