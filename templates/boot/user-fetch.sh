#!/bin/sh
# Fetches what the user of this machine's launch gave it and user data does not hold, places it, and runs the boothooks
# among it. What it fetches comes before this line as variables:
#
#   CLOUDKIT_USER_URL          where: a presigned URL, so it is neither shown nor an argument of a process
#   CLOUDKIT_USER_HEADERS      the headers that were signed with it, "name: value" on a line each
#   CLOUDKIT_USER_SHA256       what its bytes have to come to before anything of it is used
#
# It is fetched once per machine: the URL ends within the hour. A boot that finds it placed has only the boothooks to run.
# Where this fails the machine is without what its user gave, and says so; its deadline and its key do not hang on it.
set -u
umask 077

root=${CLOUDKIT_ROOT:-}
attempts=${CLOUDKIT_ATTEMPTS:-6}
directory=$root/var/lib/cloudkit/user
object=$directory/object
placed=$directory/placed.$CLOUDKIT_USER_SHA256
failure=$directory/failure

say() {
    echo "cloudkit: $1" >&2
    logger -t cloudkit "$1" 2>/dev/null
}

fail() {
    say "what the launch gave this machine is not there: $1"
    printf '%s\n' "$1" >"$failure"
    rm -f "$object"
    exit 1
}

# Both read the URL and the headers from standard input.
fetch_with_curl() {
    {
        printf '%s\n' "$CLOUDKIT_USER_URL" | sed 's/["\\]/\\&/g; s/.*/url = "&"/'
        [ -z "$CLOUDKIT_USER_HEADERS" ] ||
            printf '%s\n' "$CLOUDKIT_USER_HEADERS" | sed 's/["\\]/\\&/g; s/.*/header = "&"/'
    } | curl --silent --show-error --fail --globoff --connect-timeout 10 --max-time 60 --output "$object" --config -
}

# cloud-init is written in it, so it is there where curl is not. Of an error it tells the kind alone: some hold the URL.
fetch_with_python() {
    printf '%s\n%s\n' "$CLOUDKIT_USER_URL" "$CLOUDKIT_USER_HEADERS" | python3 -c '
import shutil, sys, urllib.request
url, *headers = [line for line in sys.stdin.read().split("\n") if line]
try:
    request = urllib.request.Request(url, headers=dict(header.split(": ", 1) for header in headers))
    with urllib.request.urlopen(request, timeout=30) as answer, open(sys.argv[1], "wb") as file:
        shutil.copyfileobj(answer, file)
except Exception as error:
    sys.exit("python3: " + type(error).__name__ + " " + str(getattr(error, "code", "")))
' "$object"
}

fetch() {
    if command -v curl >/dev/null; then fetch_with_curl; else fetch_with_python; fi
}

fetch_with_retries() {
    attempt=1
    until fetch; do
        [ "$attempt" -lt "$attempts" ] || return 1
        sleep $((attempt * 2))
        attempt=$((attempt + 1))
    done
}

if [ ! -e "$placed" ]; then
    (umask 022 && mkdir -p "$directory")
    rm -f "$failure"
    fetch_with_retries || fail 'it could not be fetched'
    printf '%s  %s\n' "$CLOUDKIT_USER_SHA256" "$object" | sha256sum -c --status ||
        fail 'what was fetched is something else: its SHA-256 is another'
    /bin/sh "$object" || fail 'its files could not be written'
    rm -f "$object"
    : >"$placed"
fi
for hook in "$directory"/boothooks/*; do
    [ -e "$hook" ] || continue
    "$hook" || say "boothook ${hook##*/} failed"
done
