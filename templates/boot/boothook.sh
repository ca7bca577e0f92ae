#!/bin/sh
# The first thing that cloud-init runs, at every boot and before anything can fail: sets the machine's dead-man timer,
# then writes the agent's configuration. What it places comes before this line as variables:
#
#   CLOUDKIT_LAUNCH            the launch that made the machine
#   CLOUDKIT_LAUNCHED_AT       when, in seconds since 1970
#   CLOUDKIT_DEADLINE          the deadline as launch knew it, likewise; empty where there is none
#   CLOUDKIT_CONFIGURATION     the agent's configuration
#   CLOUDKIT_DEADLINE_SCRIPT, CLOUDKIT_DEADLINE_SERVICE, CLOUDKIT_DEADLINE_TIMER
#
# It never waits for a unit: the boot waits for cloud-init, so that would be for ever. A step that fails keeps none of
# the others from being tried.
set -u
umask 022

root=${CLOUDKIT_ROOT:-}
script=$root/usr/local/lib/cloudkit/deadline
units=$root/etc/systemd/system
state=$root/var/lib/cloudkit
timer=cloudkit-deadline.timer
service=cloudkit-deadline.service

place() { # PATH MODE CONTENT
    mkdir -p "${1%/*}" && printf '%s' "$3" >"$1.new" && chmod "$2" "$1.new" && sync "$1.new" && mv -f "$1.new" "$1" &&
        return
    echo "cloudkit: $1 could not be written" >&2
}

set_deadline() {
    place "$script" 755 "$CLOUDKIT_DEADLINE_SCRIPT"
    place "$units/$service" 644 "$CLOUDKIT_DEADLINE_SERVICE"
    place "$units/$timer" 644 "$CLOUDKIT_DEADLINE_TIMER"
    # For boots at which cloud-init does not run. `systemctl enable` would do no more than this.
    mkdir -p "$units/timers.target.wants"
    ln -sfn "../$timer" "$units/timers.target.wants/$timer"
    /bin/sh "$script" boot "$CLOUDKIT_LAUNCH" "$CLOUDKIT_LAUNCHED_AT" "$CLOUDKIT_DEADLINE" && return
    echo 'cloudkit: the dead-man timer could not be set' >&2
}

# An image may have been taken from a machine that had a deadline.
remove_deadline() {
    [ -e "$units/$timer" ] || return 0
    systemctl stop --no-block "$timer" "$service"
    rm -f "$units/timers.target.wants/$timer" "$units/$timer.d/time.conf" "$units/$timer" "$units/$service" \
        "$script" "$state/deadline" "$state/deadline-armed" "$state/deadline-over" "$root/run/cloudkit/warning"
    systemctl daemon-reload
}

# Nor is what the user of that machine's launch gave it for this one.
forget_other_launch() {
    known=
    read -r known 2>/dev/null <"$state/launch"
    [ "$known" != "$CLOUDKIT_LAUNCH" ] || return 0
    rm -rf "$state/user" "$root/etc/cloudkit/environment" "$root/etc/cloud/cloud.cfg.d/95-cloudkit-user.cfg"
    place "$state/launch" 644 "$CLOUDKIT_LAUNCH
"
}

if [ -n "$CLOUDKIT_DEADLINE" ]; then set_deadline; else remove_deadline; fi
place "$root/etc/cloudkit/agent.yaml" 644 "$CLOUDKIT_CONFIGURATION"
forget_other_launch
