#!/bin/sh
# Starts what runs the scripts and commands of this machine's launch, when everything else is there, and does not wait
# for it: they may go on for as long as the machine does. What it needs comes before this line as variables:
#
#   CLOUDKIT_USER_SHA256       what has to have been placed before; empty where it all came in the user data
#   CLOUDKIT_USER_RUN          the script that runs them
#   CLOUDKIT_USER_SERVICE      its unit
set -u
umask 022

root=${CLOUDKIT_ROOT:-}
directory=$root/var/lib/cloudkit/user
run=$root/usr/local/lib/cloudkit/user-run
unit=$root/etc/systemd/system/cloudkit-user.service

fail() {
    echo "cloudkit: scripts and commands are not run: $1" >&2
    logger -t cloudkit "scripts and commands are not run: $1" 2>/dev/null
    mkdir -p "$directory"
    [ -e "$directory/failure" ] || printf '%s\n' "$1" >"$directory/failure"
    exit 1
}

place() { # PATH MODE CONTENT
    mkdir -p "${1%/*}" && printf '%s' "$3" >"$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"
}

[ -z "$CLOUDKIT_USER_SHA256" ] || [ -e "$directory/placed.$CLOUDKIT_USER_SHA256" ] ||
    fail 'what they need could not be fetched'
{ place "$run" 755 "$CLOUDKIT_USER_RUN" && place "$unit" 644 "$CLOUDKIT_USER_SERVICE"; } ||
    fail 'the files that run them could not be written'
systemctl daemon-reload
systemctl start --no-block cloudkit-user.service || fail 'their service could not be started'
