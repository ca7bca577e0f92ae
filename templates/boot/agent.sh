#!/bin/sh
# Installs the agent, once per machine, when the network is there. What it installs comes before this line as variables:
#
#   CLOUDKIT_LAUNCH            the launch that made the machine
#   CLOUDKIT_AGENT_SOURCES     the places that have the binary, a line each, the best first, as fetch takes them
#   CLOUDKIT_AGENT_SHA256      what the binary's bytes have to come to before anything of it runs
#   CLOUDKIT_AGENT_BYTES       how many those are
#   CLOUDKIT_AGENT_FILE        a file on this machine that is the binary, where it need not be fetched; else empty
#   CLOUDKIT_AGENT_SERVICE     its unit
#   CLOUDKIT_AGENT_TMPFILES    what has to be below /run at each boot
#   CLOUDKIT_LOGIN_USER        who logs in, where that is known; else empty
#
# Where this fails the machine has no agent, and says so, on its console too, where the launch looks for the agent's first
# sign; the dead-man timer ends it all the same.
set -u
set -f # nothing in an address is a pattern
umask 022
IFS='
'

root=${CLOUDKIT_ROOT:-}
attempts=${CLOUDKIT_ATTEMPTS:-10}
download=$root/var/lib/cloudkit/agent.download # never in /tmp, which is cleaned during boot
unpacked=$download.unpacked
binary=$root/usr/local/bin/cloudkit
new=${binary%/*}/.cloudkit.new
unit=$root/etc/systemd/system/cloudkit-agent.service
tmpfiles=$root/etc/tmpfiles.d/cloudkit.conf
state=$root/var/lib/cloudkit
group=cloudkit
failure=$root/run/cloudkit/agent-install-failed
console=$root/dev/console

fail() {
    say "the agent was not installed: $1"
    printf '%s\n' "$1" >"$failure"
    [ ! -w "$console" ] ||
        printf '\ncloudkit-agent: failed launch=%s reason=%s\n' "$CLOUDKIT_LAUNCH" "$1" >>"$console"
    rm -f "$download" "$unpacked" "$new"
    exit 1
}

is_as_promised() {
    printf '%s  %s\n' "$CLOUDKIT_AGENT_SHA256" "$download" | sha256sum -c --status
}

# What is cut short or damaged unpacks to something else, and what unpacks to more is cut where the binary ends: either way
# the digest alone says what it is.
unpack() {
    gzip -dc <"$download" | head -c "$CLOUDKIT_AGENT_BYTES" >"$unpacked"
    mv -f "$unpacked" "$download"
}

# A bucket has it compressed by gzip, a mirror as it likes.
is_as_promised_or_packed() {
    is_as_promised || { unpack && is_as_promised; }
}

# Goes round the sources until one has given what was promised. One that gives something else is not asked again.
download_from_any() {
    left=$CLOUDKIT_AGENT_SOURCES
    attempt=1
    while [ -n "$left" ]; do
        asked=$left
        left=
        for source in $asked; do
            if ! fetch "$source" "$download" 300; then
                left=$left$source$IFS
                reason='its download failed'
            elif is_as_promised_or_packed; then
                return 0
            else
                reason='what was downloaded is not the agent that was promised: its SHA-256 is another'
                say "download of the agent: $reason"
            fi
        done
        [ "$attempt" -lt "$attempts" ] || return 1
        [ -n "$left" ] || return 1
        say "download of the agent: attempt $attempt of $attempts failed"
        sleep $((attempt * 3))
        attempt=$((attempt + 1))
    done
    return 1
}

obtain() {
    if [ -z "$CLOUDKIT_AGENT_FILE" ]; then
        download_from_any
    else
        reason='the file that was named is not the agent that was promised'
        cp "$CLOUDKIT_AGENT_FILE" "$download" && is_as_promised
    fi
}

# Copied into its directory rather than moved there: so it gets that directory's security label.
copy_binary() {
    mkdir -p "${binary%/*}" && install -m 755 "$download" "$new" && sync "$new"
}

# One that needs a newer system than this would be started for ever and tell nobody.
runs_here() {
    timeout 20 "$new" --version >/dev/null 2>&1
}

# Whoever is in the group may speak to the agent. Where there can't be one only root may, and all else is as ever.
make_group() {
    if ! getent group "$group" >/dev/null && ! groupadd --system "$group"; then
        say "there is no group $group, and it could not be made: only root may speak to the agent"
        group=root
    elif [ -n "$CLOUDKIT_LOGIN_USER" ]; then
        usermod -a -G "$group" "$CLOUDKIT_LOGIN_USER" || say "$CLOUDKIT_LOGIN_USER could not be put into the group $group"
    fi
    # So that systemd, which gives it to the unit's group, leaves what is in it alone.
    chgrp "$group" "$state" || say "$state could not be given to the group $group"
}

place() { # PATH CONTENT
    mkdir -p "${1%/*}" && printf '%s' "$2" | sed "s/^Group=cloudkit\$/Group=$group/; s/ root cloudkit -\$/ root $group -/" >"$1.new" &&
        chmod 644 "$1.new" && mv -f "$1.new" "$1"
}

install_files() {
    mv -f "$new" "$binary" && place "$unit" "$CLOUDKIT_AGENT_SERVICE" && place "$tmpfiles" "$CLOUDKIT_AGENT_TMPFILES" &&
        rm -f "$download"
}

mkdir -p "${download%/*}" "${failure%/*}"
rm -f "$failure"
reason='no place is known that has it'
obtain || fail "$reason"
copy_binary || fail 'its files could not be written'
runs_here || fail 'it does not run on this machine'
make_group
install_files || fail 'its files could not be written'
systemd-tmpfiles --create "$tmpfiles" || say 'what is below /run could not be made; the next boot makes it'
systemctl daemon-reload
systemctl enable cloudkit-agent.service || fail 'its service could not be enabled'
systemctl restart --no-block cloudkit-agent.service || fail 'its service could not be started'
say 'the agent is installed'
