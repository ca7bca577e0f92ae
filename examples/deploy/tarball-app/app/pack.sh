#!/bin/sh
# Makes app.tar.gz of what is here: the same bytes each time, so that its SHA-256 in deployment.yaml stays right.
set -eu
cd "$(dirname "$0")"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=go-w -cf - hello words.txt | gzip -n9 >../app.tar.gz
sha256sum ../app.tar.gz
