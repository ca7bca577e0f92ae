#!/bin/bash
# Runs what the boot test asks for, a line each: NUMBER SECONDS COMMAND, the command in base64. The answer is a line too:
# answer NUMBER CODE OUTPUT.
stty raw -echo
echo ready
while read -r number limit command; do
    output=$(timeout -k 2 "$limit" bash -c "$(base64 -d <<<"$command")" </dev/null 2>&1)
    code=$?
    printf 'answer %s %s %s\n' "$number" "$code" "$(base64 -w0 <<<"$output")"
done
