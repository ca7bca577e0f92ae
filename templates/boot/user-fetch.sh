#!/bin/sh
# Fetches what the user of this machine's launch gave it and user data does not hold, places it, and runs the boothooks
# among it. What it fetches comes before this line as variables:
#
#   CLOUDKIT_USER_SOURCE       where it is, as fetch takes it
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

fail() {
    say "what the launch gave this machine is not there: $1"
    (umask 022 && printf '%s\n' "$1" >"$failure") # for everybody to read, as status is
    rm -f "$object"
    exit 1
}

fetch_with_retries() {
    attempt=1
    until fetch "$CLOUDKIT_USER_SOURCE" "$object" 60; do
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
