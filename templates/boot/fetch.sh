#!/bin/sh
# How a script of a boot fetches a file, and how it speaks. It stands before those that do.

say() {
    echo "cloudkit: $1" >&2
    logger -t cloudkit "$1" 2>/dev/null
}

# fetch SOURCE FILE SECONDS: a source is a URL, and behind a tab each the headers to send. URLs may be presigned, so they are
# neither shown nor arguments of a process: both programs read them from standard input.
fetch() {
    if command -v curl >/dev/null; then fetch_with_curl "$@"; else fetch_with_python "$@"; fi
}

fetch_with_curl() {
    printf '%s\n' "$1" | tr '\t' '\n' |
        sed -e 's/["\\]/\\&/g' -e '1s/.*/url = "&"/' -e '2,$s/.*/header = "&"/' |
        curl --silent --show-error --fail --globoff --connect-timeout 10 --max-time "$3" --output "$2" --config -
}

# cloud-init is written in it, so it is there where curl is not. Of an error it tells the kind alone: some hold the URL.
fetch_with_python() {
    printf '%s\n' "$1" | python3 -c '
import shutil, sys, urllib.request
url, *headers = sys.stdin.readline().rstrip("\n").split("\t")
try:
    request = urllib.request.Request(url, headers=dict(header.split(": ", 1) for header in headers))
    with urllib.request.urlopen(request, timeout=30) as answer, open(sys.argv[1], "wb") as file:
        shutil.copyfileobj(answer, file)
        if answer.length:
            raise EOFError
except Exception as error:
    sys.exit("python3: " + type(error).__name__ + " " + str(getattr(error, "code", "")))
' "$2"
}
