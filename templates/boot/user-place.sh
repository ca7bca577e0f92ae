#!/bin/sh
# Places what the user of this machine's launch gave it: below are the calls, a file each. Run once, as root.
set -u
umask 077

root=${CLOUDKIT_ROOT:-}

place() { # PATH MODE CONTENT
    (umask 022 && mkdir -p "$root/${1%/*}") && printf '%s' "$3" >"$root/$1.new" && chmod "$2" "$root/$1.new" &&
        mv -f "$root/$1.new" "$root/$1" && return
    echo "cloudkit: /$1 could not be written" >&2
    exit 1
}

