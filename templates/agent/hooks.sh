# Runs the programs in a folder before the machine ends, in the order of their names, and says how each one ended. One
# that fails keeps none of the others from being run.
#
#   $1 FOLDER  $2 REASON  $3 ACTION  $4 AT  $5 SECONDS   told to each as CLOUDKIT_END_REASON, CLOUDKIT_END_ACTION,
#                                                       CLOUDKIT_END_AT and CLOUDKIT_HOOK_SECONDS
set -u
export CLOUDKIT_END_REASON="$2" CLOUDKIT_END_ACTION="$3" CLOUDKIT_END_AT="$4" CLOUDKIT_HOOK_SECONDS="$5"
failed=0
for hook in "$1"/*; do
    [ -f "$hook" ] && [ -x "$hook" ] || continue
    echo "cloudkit: running ${hook##*/}"
    "$hook" </dev/null
    code=$?
    echo "cloudkit: ${hook##*/} ended with $code"
    [ "$code" -eq 0 ] || failed=1
done
exit "$failed"
