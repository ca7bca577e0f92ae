#!/bin/sh
# Stands for systemctl, systemd-run, apt-get and the others where tests set up a machine below a folder of their own: each
# records what it was called with in $STUBS/calls and keeps just as much in mind as the next one asks for.
name=${0##*/}
echo "$name $*" >>"$STUBS/calls"

run_unit() {
    unit= output=/dev/null directory=/
    while [ "$1" != -- ]; do
        case $1 in
        --unit=*) unit=${1#*=} ;;
        --property=StandardOutput=append:*) output=${1#*append:} ;;
        --property=WorkingDirectory=-~) ;;
        --property=WorkingDirectory=*) directory=${1#*WorkingDirectory=} ;;
        --setenv=*) export "${1#*=}" ;;
        esac
        shift
    done
    shift
    (cd "$directory" && exec "$@") >>"$output" 2>&1
    code=$?
    state=active sub=exited
    [ "$code" -eq 0 ] || state=failed sub=failed
    printf 'LoadState=loaded\nActiveState=%s\nSubState=%s\nResult=x\nExecMainCode=1\nExecMainStatus=%s\n' \
        "$state" "$sub" "$code" >"$STUBS/unit-$unit"
}

show() {
    if [ -e "$STUBS/unit-$1" ]; then
        cat "$STUBS/unit-$1"
    elif [ -e "$STUBS/../root/etc/systemd/system/$1" ]; then
        active=inactive
        [ ! -e "$STUBS/active-$1" ] || active=$(cat "$STUBS/active-$1")
        printf 'LoadState=loaded\nActiveState=%s\nResult=success\nType=simple\nNRestarts=0\nJob=\n' "$active"
    else
        printf 'LoadState=not-found\nActiveState=inactive\nSubState=dead\n'
    fi
}

case "$name $1" in
'systemd-run '*) run_unit "$@" ;;
'systemctl show') show "$2" ;;
'systemctl start' | 'systemctl restart')
    state=active
    [ ! -e "$STUBS/broken-$3" ] || state=failed
    echo "$state" >"$STUBS/active-$3"
    ;;
'systemctl reload-or-restart')
    [ ! -e "$STUBS/broken-$2" ] || exit 1
    mkdir -p "$STUBS/../root/run/cloudkit/secrets"
    cat "$STUBS/versions" >"$STUBS/../root/run/cloudkit/secrets/.versions" 2>/dev/null
    ;;
'systemctl stop' | 'systemctl reset-failed') rm -f "$STUBS/unit-$2" ;;
'systemctl disable') rm -f "$STUBS/active-$3" ;;
'systemctl status' | 'journalctl '*) echo 'it fell over' ;;
'apt-get -o')
    if [ -e "$STUBS/no-network" ]; then
        echo 'E: Unable to fetch some archives' >&2
        exit 100
    fi
    ;;
esac
exit 0
