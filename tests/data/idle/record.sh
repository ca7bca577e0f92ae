#!/bin/sh
# Records looks at the machine that it runs on: sh record.sh NAME LOOKS [SECONDS]
# Writes NAME/0.look, NAME/1.look, ... in the present directory: of each file that the agent's looks read, a line
# `=== path` and its content. Devices have no content but times: `=== path accessed=SECONDS uid=UID`. What names no
# machine is all that is kept: of connections those of the SSH server, with the peers' addresses replaced.
set -eu
name=$1 looks=$2 seconds=${3:-60}

file() {
    if [ -r "/$1" ]; then
        printf '=== %s\n' "$1"
        cat "/$1"
    fi
}

without_peers() {
    sed -E 's/\b(([0-9]{1,3}\.){3}[0-9]{1,3}):([0-9]+)/192.0.2.1:\3/g; s/\[[0-9a-f:]+\]:/[2001:db8::1]:/g'
}

look() {
    file proc/uptime
    file proc/sys/kernel/random/boot_id | sed -E 's/^[0-9a-f-]{36}$/00000000-0000-4000-8000-000000000000/'
    printf '=== now\n%s\n' "$(date +%s)"
    file proc/stat | grep -vE '^(intr|softirq) '
    file proc/diskstats
    file proc/net/dev
    for table in tcp tcp6; do
        printf '=== proc/net/%s\n' "$table"
        # The header, and connections whose own port is 22 (16 in hexadecimal).
        awk 'NR == 1 || $2 ~ /:0016$/' "/proc/net/$table" | sed -E 's/^( *[0-9]+: )[0-9A-F]+:0016 [0-9A-F]+:/\1010200C0:0016 010200C0:/'
    done
    for interface in /sys/class/net/*; do
        interface=${interface#/}
        file "$interface/ifindex"
        file "$interface/device/modalias"
    done
    # Plain files alone: the pipes beside them would be waited for. A session that is over is gone between two words.
    for session in /run/systemd/sessions/* /run/systemd/inhibit/*; do
        [ ! -f "$session" ] || file "${session#/}" | grep -vE '^(REMOTE_HOST|REMOTE_USER|SCOPE|FIFO)='
    done
    # The pseudo-terminals, and the consoles that somebody is logged in on.
    consoles=$(find /run/systemd/sessions -type f -exec sed -n 's,^TTY=\(tty.*\),/dev/\1,p' {} + 2>/dev/null || true)
    for device in /dev/pts/[0-9]* $consoles; do
        [ ! -c "$device" ] || stat -c "=== %n accessed=%X uid=%u" "$device" | sed 's,=== /,=== ,'
    done
    printf '=== ss\n'
    ss -tinHO state established sport = :22 | without_peers
}

mkdir -p "$name"
number=0
while [ "$number" -lt "$looks" ]; do
    [ "$number" -eq 0 ] || sleep "$seconds"
    look | sed 's/ *$//' >"$name/$number.look"
    number=$((number + 1))
done
