#!/bin/sh
# Hands over what this machine is to be set up with, once per machine; the agent's program keeps it, and a unit of its own
# fetches it and sets the machine up. What is handed over comes before this line as variables:
#
#   CLOUDKIT_APPLY_REQUEST     the request, which holds presigned URLs: it goes through a pipe, never into a process list
#   CLOUDKIT_APPLY_SHA256      the bundle that it is about
set -u
# What is made here is read by others: scripts run as their users, anybody may ask how far it is. What is secret keeps its
# own mode.
umask 022

root=${CLOUDKIT_ROOT:-}
console=$root/dev/console

printf '%s' "$CLOUDKIT_APPLY_REQUEST" | "$root/usr/local/bin/cloudkit" agent apply --fetch - --detach && exit 0
reason='it could not be handed to the agent'
echo "cloudkit: this machine is not set up: $reason" >&2
logger -t cloudkit "this machine is not set up: $reason" 2>/dev/null
[ ! -w "$console" ] ||
    printf '\ncloudkit-apply: failed bundle=%s step='\''user data'\'' reason=%s\n' "$CLOUDKIT_APPLY_SHA256" "$reason" >>"$console"
exit 1
