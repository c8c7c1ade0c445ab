#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# A CPU that is relieved counts: both queues leave it, which is measured as more even and kept, and
# where it is isolated, it does not get them back. To share one CPU instead of two is undone.
dev=$(link 2) from=0 to=2,3
case $MACHINE in
linux-iso) from=2 to=4,5 ;;
esac
irqkit set "$dev" --cpus=$from >table || fail "$(cat table)"
trap 'while irqkit undo >/dev/null 2>&1; do :; done' EXIT
traffic "$dev"
start_stream "$dev"
status 0 irqkit spread "$dev" --cpus=$to --verify=4 --revert-if-worse --json
end_stream
jq -r '"# CPUs \(.imbalance_cpus | join(",")): \(.imbalance_before) before, \(.imbalance_after) expected, \(.imbalance_measured) measured"' out
jq -e '.imbalance_before > 1.8 and .imbalance_measured < .imbalance_before - 0.4' out >/dev/null || fail "$(cat out)"
eq "$(jq -c .imbalance_cpus out)" "[$(echo "$from,$to" | tr , '\n' | sort -n | tr '\n' , | sed 's/,$//')]" 'the CPUs'
eq "$(jq -r '.changes[] | select(.target | test("put")) | .new_cpus' out | sort -u | tr '\n' ,)" "$to," 'where they are'

traffic "$dev"
start_stream "$dev"
status 1 irqkit spread "$dev" --cpus=4 --verify=4 --revert-if-worse
end_stream
grep -E '^irqkit: imbalance was [0-9.]+ before and [0-9.]+ after: the change was rolled back$' err | sed 's/^/# /'
grep -q 'the change was rolled back$' err || fail "$(cat err)"
