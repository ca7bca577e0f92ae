#!/bin/sh
# Installs the agent, once per machine, when the network is there. What it installs comes before this line as variables:
#
#   CLOUDKIT_AGENT_URL         where the binary is: a presigned URL, so it is neither shown nor an argument of a process
#   CLOUDKIT_AGENT_HEADERS     the headers that were signed with it, "name: value" on a line each
#   CLOUDKIT_AGENT_SHA256      what the binary's bytes have to come to before anything of it runs
#   CLOUDKIT_AGENT_SERVICE     its unit
#
# Where this fails the machine has no agent, and says so; the dead-man timer ends it all the same.
set -u
umask 022

root=${CLOUDKIT_ROOT:-}
attempts=${CLOUDKIT_ATTEMPTS:-10}
download=$root/var/lib/cloudkit/agent.download # never in /tmp, which is cleaned during boot
binary=$root/usr/local/bin/cloudkit
unit=$root/etc/systemd/system/cloudkit-agent.service
failure=$root/run/cloudkit/agent-install-failed

say() {
    echo "cloudkit: $1" >&2
    logger -t cloudkit "$1" 2>/dev/null
}

fail() {
    say "the agent was not installed: $1"
    printf '%s\n' "$1" >"$failure"
    rm -f "$download"
    exit 1
}

# Both read the URL and the headers from standard input.
fetch_with_curl() {
    {
        printf '%s\n' "$CLOUDKIT_AGENT_URL" | sed 's/["\\]/\\&/g; s/.*/url = "&"/'
        [ -z "$CLOUDKIT_AGENT_HEADERS" ] ||
            printf '%s\n' "$CLOUDKIT_AGENT_HEADERS" | sed 's/["\\]/\\&/g; s/.*/header = "&"/'
    } | curl --silent --show-error --fail --globoff --connect-timeout 10 --max-time 300 --output "$download" --config -
}

# cloud-init is written in it, so it is there where curl is not. Of an error it tells the kind alone: some hold the URL.
fetch_with_python() {
    printf '%s\n%s\n' "$CLOUDKIT_AGENT_URL" "$CLOUDKIT_AGENT_HEADERS" | python3 -c '
import shutil, sys, urllib.request
url, *headers = [line for line in sys.stdin.read().split("\n") if line]
try:
    request = urllib.request.Request(url, headers=dict(header.split(": ", 1) for header in headers))
    with urllib.request.urlopen(request, timeout=30) as answer, open(sys.argv[1], "wb") as file:
        shutil.copyfileobj(answer, file)
except Exception as error:
    sys.exit("python3: " + type(error).__name__ + " " + str(getattr(error, "code", "")))
' "$download"
}

fetch() {
    if command -v curl >/dev/null; then fetch_with_curl; else fetch_with_python; fi
}

download_with_retries() {
    attempt=1
    until fetch; do
        [ "$attempt" -lt "$attempts" ] || return 1
        say "download of the agent: attempt $attempt of $attempts failed"
        sleep $((attempt * 3))
        attempt=$((attempt + 1))
    done
}

# Copied into its directory rather than moved there: so it gets that directory's security label.
install_binary() {
    mkdir -p "${binary%/*}" "${unit%/*}" &&
        install -m 755 "$download" "${binary%/*}/.cloudkit.new" && sync "${binary%/*}/.cloudkit.new" &&
        mv -f "${binary%/*}/.cloudkit.new" "$binary" &&
        printf '%s' "$CLOUDKIT_AGENT_SERVICE" >"$unit.new" && chmod 644 "$unit.new" && mv -f "$unit.new" "$unit" &&
        rm -f "$download"
}

mkdir -p "${download%/*}" "${failure%/*}"
rm -f "$failure"
download_with_retries || fail 'its download failed'
printf '%s  %s\n' "$CLOUDKIT_AGENT_SHA256" "$download" | sha256sum -c --status ||
    fail 'what was downloaded is not the agent that was promised: its SHA-256 is another'
install_binary || fail 'its files could not be written'
systemctl daemon-reload
systemctl enable cloudkit-agent.service || fail 'its service could not be enabled'
systemctl restart --no-block cloudkit-agent.service || fail 'its service could not be started'
say 'the agent is installed'
