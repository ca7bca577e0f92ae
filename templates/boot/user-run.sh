#!/bin/sh
# Runs the scripts of this machine's launch as root and then its commands as the login user, in order, each once. The
# first that fails ends it, since the next may count on it.
#
#   /var/lib/cloudkit/user/status/NAME   what became of each: waiting, running, "exit CODE", or why it was not run
#   /var/log/cloudkit/NAME.log           its output, for the login user alone
#   /etc/cloudkit/environment            the environment of all of them, for the login user alone
#
# A name is a number, its kind, and the name of a script's file: 001-script-setup.sh, 002-command.
set -u
umask 077

root=${CLOUDKIT_ROOT:-}
directory=$root/var/lib/cloudkit/user
status=$directory/status
logs=$root/var/log/cloudkit
environment=$root/etc/cloudkit/environment

put() { # PATH TEXT, for everybody to read
    (umask 022 && printf '%s\n' "$2" >"$1.new") && mv -f "$1.new" "$1"
}

# Who logs in is cloud-init's to say: it made that user, by the image's settings.
login_user() {
    python3 -c '
import sys
from cloudinit import util
print(util.read_conf_with_confd(sys.argv[1])["system_info"]["default_user"]["name"])
' "$root/etc/cloud/cloud.cfg"
}

run_script() {
    export HOME=/root
    cd / || return 126
    # shellcheck disable=SC1090 # It is written at the launch.
    [ ! -e "$environment" ] || . "$environment"
    exec "$1"
}

run_command() {
    chown "$user" "$1" || return 126
    # No path in it is anybody's to choose.
    exec runuser -l -s /bin/bash "$user" -c "[ ! -e $environment ] || . $environment; exec /bin/bash $1"
}

run() { # NAME
    log=$logs/$1.log
    : >"$log"
    chown "$user" "$log"
    put "$status/$1" "running"
    case $1 in
    *-command) (run_command "$directory/jobs/$1") >"$log" 2>&1 </dev/null ;;
    *) (run_script "$directory/jobs/$1") >"$log" 2>&1 </dev/null ;;
    esac
    code=$?
    put "$status/$1" "exit $code"
    echo "cloudkit: $1: exit $code"
    return "$code"
}

# A new boot has none of this run again, nor what was running when the last one ended.
[ ! -e "$status" ] || exit 0
(umask 022 && mkdir -p "$status" "$logs")
reason=
user=$(login_user) && id "$user" >/dev/null 2>&1 || reason='the login user is not known'
[ -z "$reason" ] || user=root
[ ! -e "$environment" ] || chown "$user" "$environment"
for job in "$directory"/jobs/*; do
    [ ! -e "$job" ] || put "$status/${job##*/}" waiting
done
for job in "$directory"/jobs/*; do
    [ -e "$job" ] || continue
    name=${job##*/}
    if [ -n "$reason" ]; then
        put "$status/$name" "not run: $reason"
        continue
    fi
    run "$name" || reason="$name failed"
done
[ -z "$reason" ]
