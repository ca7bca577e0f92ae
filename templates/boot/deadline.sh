#!/bin/sh
# The dead-man script of a machine that cloudkit launched: it ends the machine at its deadline, whatever became of the
# agent. It needs no agent, no credentials, and no network but for the one question that may put the end off.
#
#   deadline boot LAUNCH LAUNCHED_AT DEADLINE   at each boot: record what launch asked for, arm the timer
#   deadline set SECONDS later|sooner [OVER]    the agent has another deadline: record it, arm the timer
#   deadline fire                               at the timer's time: put off, leave ten minutes, or power off
#   deadline tag                                print what the machine's deadline tag says, in seconds
#
# An earlier deadline than the recorded one is set only where `sooner` says that this is meant. OVER is what the tag says
# that does not know of the new one: as long as it says just that, it does not count.
#
# Times are seconds since 1970, read from the wall clock: other clocks stand still while a machine is hibernated.
# It ends the machine in no other way than by powering off; EC2 then terminates it, as launch asked. Nothing that comes
# from outside is ever evaluated.
set -u

root=${CLOUDKIT_ROOT:-}
metadata=${CLOUDKIT_METADATA:-http://169.254.169.254}
metadata_limit=${CLOUDKIT_METADATA_LIMIT:-5}
power_switch=${CLOUDKIT_POWER_SWITCH:-/proc/sysrq-trigger}

record=$root/var/lib/cloudkit/deadline
over_record=$root/var/lib/cloudkit/deadline-over
armed_record=$root/var/lib/cloudkit/deadline-armed
warning=$root/run/cloudkit/warning
units=$root/etc/systemd/system
timer=cloudkit-deadline.timer

grace=600    # what a machine gets that slept or was off at its deadline
tolerance=90 # a timer that fires later than this was not awake at its time
farthest=2592000

now() { date -u +%s; }
say() { printf 'cloudkit-deadline: %s\n' "$1" >&2; }
is_seconds() { case $1 in '' | *[!0-9]* | 0?* | ?????????????*) return 1 ;; esac; }

# Replaces a file as a whole, and for good: after a loss of power it is the old one or the new one.
put() {
    mkdir -p "${1%/*}" && printf '%s\n' "$2" >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1"
}

# Which machine this is, where its firmware tells (Nitro): an image taken from one machine becomes others.
machine() {
    asset=
    read -r asset 2>/dev/null <"$root/sys/class/dmi/id/board_asset_tag"
    case $asset in i-*) printf '%s' "$asset" ;; esac
}

# A record that is damaged or gone counts as a deadline long past: the timer was set for a reason.
read_record() {
    deadline='' launched='' launch='' recorded_machine='' armed='' over=''
    { read -r deadline; read -r launched; read -r launch; read -r recorded_machine; } 2>/dev/null <"$record"
    read -r armed 2>/dev/null <"$armed_record"
    read -r over 2>/dev/null <"$over_record"
    is_seconds "$deadline" || deadline=0
    is_seconds "$launched" || launched=0
    is_seconds "$armed" || armed=0
}

write_record() {
    put "$record" "$deadline
$launched
$launch
$recorded_machine"
}

# Sets the timer, never into the past, where it would not elapse, and never so near that this very run is still going
# on when it does. A far deadline is looked at again on the way: systemd refuses years that a tag may well name.
arm() {
    moment=$1
    clock=$(now)
    [ "$moment" -ge $((clock + 10)) ] || moment=$((clock + 10))
    [ "$moment" -le $((clock + farthest)) ] || moment=$((clock + farthest))
    # Only --no-block: at boot this runs before the point that a timer's start may wait for.
    set_time "$moment" && systemctl daemon-reload && systemctl restart --no-block "$timer"
}

set_time() {
    put "$armed_record" "$1" && put "$units/$timer.d/time.conf" "[Timer]
OnCalendar=
OnCalendar=@$1"
}

# The warning file is for those who log in later; its text for those who are there.
warn() {
    say "$1"
    # The folder is also written by the group that may speak to the agent: what somebody put in this place, such as a pipe
    # that would be waited for or a link, is never written to.
    mkdir -p "${warning%/*}" && rm -rf "$warning" && (set -C && printf '%s\n' "$1" >"$warning")
    timeout 10 wall "cloudkit: $1" >/dev/null 2>&1
}

fetch() { # URL, then curl's arguments
    if command -v curl >/dev/null; then
        curl --silent --fail --noproxy '*' --max-filesize 4096 "$@"
        return
    fi
    # What cloud-init itself runs on. Here an argument is a header with its -H, or the method with its -X.
    python3 - "$@" 2>/dev/null <<'END'
import sys, urllib.request
url, *options = sys.argv[1:]
options = dict(zip(options[::2], options[1::2]))
name, _, value = options["-H"].partition(": ")
request = urllib.request.Request(url, headers={name: value}, method=options.get("-X", "GET"))
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.stdout.write(direct.open(request).read(4096).decode("ascii"))
END
}

# RFC 3339 to seconds. The text is anybody's who may tag the machine: its shape is checked before date sees it.
seconds_of() {
    case $1 in *[!0-9TZ:.+-]*) return 1 ;; esac
    printf '%s\n' "$1" | grep -Eqx \
        '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})' || return 1
    seconds=$(date -u -d "$1" +%s 2>/dev/null) && is_seconds "$seconds" && printf '%s' "$seconds"
}

tag() {
    token=$(fetch "$metadata/latest/api/token" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60') &&
        text=$(fetch "$metadata/latest/meta-data/tags/instance/cloudkit:deadline" \
            -H "X-aws-ec2-metadata-token: $token") &&
        seconds_of "$text"
}

# Whether the machine was started after that moment. Time spent in hibernation counts as time since the start.
was_off() {
    uptime=
    read -r uptime _ 2>/dev/null <"$root/proc/uptime"
    uptime=${uptime%%.*}
    is_seconds "$uptime" && [ $((clock - uptime)) -gt "$1" ]
}

boot() {
    read_record
    if [ "$launch" != "$1" ] || [ "$deadline" -eq 0 ]; then
        launch=$1 launched=$2 deadline=$3
        rm -f "$over_record"
    fi
    recorded_machine=$(machine)
    write_record
    if [ "$deadline" -gt "$(now)" ]; then
        rm -f "$warning"
        arm "$deadline"
    else
        armed=0 # each boot has ten minutes of its own
        leave_ten_minutes
    fi
}

is_copy() {
    this_machine=$(machine)
    [ -n "$this_machine" ] && [ -n "$recorded_machine" ] && [ "$this_machine" != "$recorded_machine" ]
}

# What is refused leaves everything as it was.
refuse() {
    say "$1"
    exit 3
}

set_deadline() {
    read_record
    ! is_copy || refuse "this system was copied from $recorded_machine, whose deadline is not ours"
    [ "$1" -gt "$(now)" ] || refuse 'that time has passed'
    [ "$2" = sooner ] || [ "$1" -ge "$deadline" ] || refuse "the machine ends at a later time already: $deadline"
    deadline=$1
    # Before the deadline: between the two the tag must not count against it.
    if [ -n "$3" ] && [ "$3" -ne "$1" ]; then put "$over_record" "$3"; else rm -f "$over_record"; fi
    write_record && arm "$deadline"
}

fire() {
    read_record
    clock=$(now)
    if is_copy; then
        say "this system was copied from $recorded_machine, whose deadline is not ours: left alone"
        rm -f "$units/timers.target.wants/$timer" "$units/$timer.d/time.conf" "$record" "$armed_record" "$over_record"
        systemctl stop --no-block "$timer"
        return
    fi
    if [ "$clock" -lt "$launched" ]; then
        say "the clock is before the launch, so it is wrong: asking again in a minute"
        arm $((clock + 60))
        return
    fi
    # All of the question takes at most the limit, however slowly it is answered. No answer leaves what is recorded.
    answer=$(timeout -k 1 "$metadata_limit" /bin/sh "$0" tag)
    if is_seconds "$answer" && [ "$answer" != "$over" ]; then
        rm -f "$over_record"
        if [ "$answer" -ne "$deadline" ]; then
            deadline=$answer
            write_record
        fi
    fi
    if [ "$deadline" -gt "$clock" ]; then
        say "the machine ends at $(date -u -d "@$deadline" +%FT%TZ)"
        rm -f "$warning"
        arm "$deadline"
    elif [ "$armed" -gt "$clock" ] || [ $((clock - armed)) -gt "$tolerance" ] || was_off "$armed"; then
        leave_ten_minutes && return
        # No timer to be had, for a full disk or the like: the ten minutes are waited for here.
        sleep "$grace"
        end_machine
    else
        end_machine
    fi
}

# The deadline passed while the machine was off, hibernated or had a wrong clock: whoever started it may want its data,
# or move the deadline. The timer that ends these minutes fires in time, and so there are no second ten.
leave_ten_minutes() {
    clock=$(now)
    end=$((clock + grace))
    if [ "$armed" -gt "$clock" ] && [ "$armed" -lt "$end" ]; then end=$armed; fi
    warn "the deadline has passed; the machine ends at $(date -u -d "@$end" +%FT%TZ) unless its deadline is moved"
    arm "$end"
}

# Answers with nothing but the power going. A service that will not stop may hold an ordinary power-off for half an hour.
end_machine() {
    warn 'the deadline has passed; the machine ends now'
    # Should somebody start it again: systemd takes the present time for done with, and cloud-init may not run then.
    # It is a time that nobody was told of, so whenever the machine is up for it, it has its ten minutes.
    set_time $(($(now) + 10))
    put "$armed_record" 0
    timeout 30 systemctl poweroff -i --no-block || say 'the power-off was refused'
    sleep 60
    say 'still here after a minute: by force'
    systemctl poweroff --force --force &
    # That one writes the disks out first, which may hang with them.
    sleep 30
    echo o >"$power_switch"
}

usage() {
    say 'usage: deadline boot LAUNCH LAUNCHED_AT DEADLINE | set SECONDS later|sooner [OVER] | fire | tag'
    exit 2
}

case ${1:-} in
boot) boot "${2:?the launch}" "${3:?when it was launched}" "${4:?its deadline}" ;;
set)
    if is_seconds "${2:-}" && is_seconds "${4:-0}"; then
        case ${3:-} in later | sooner) set_deadline "$2" "$3" "${4:-}" && exit 0 || exit 1 ;; esac
    fi
    usage
    ;;
fire) fire ;;
tag) tag ;;
*) usage ;;
esac
