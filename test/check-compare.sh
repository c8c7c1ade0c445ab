#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Documents that somebody changed: each value of one of `irqkit show --json` is left out, or is another
# one, in turn. compare takes the document or says what is wrong with it, and never fails in another
# way; in a build with sanitizers these speak up.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
irqkit=$O/irqkit

if ! command -v jq >/dev/null; then
	skip "changed documents" "no jq"
	finish
	exit
fi

# A small machine with a bit of everything
"$irqkit" show --json --root "$roots/mlx5-4channels-16cpu" |
	jq -c '.interrupts |= .[-2:] | .queues |= [.[0], .[-1]] | .cores |= .[:1] | .nodes |= .[:2] | .cpus |= .[:2] |
		.boot_id = "b" | .uptime = 5 | .time = "t"' >"$tmp/whole"
jq -c '. as $whole | [paths] | unique[] as $path | ($whole | delpaths([$path])),
	((null, true, -1, 0.5, 9223372036854775807, 1e308, "", "0-1048575", "\u202e\n", [], {}, [[]], {"0": -1}) as $value |
		$whole | setpath($path; $value))' "$tmp/whole" >"$tmp/documents"
check "the document has all keys" grep -q 'actions.*rps_cpus.*xps_cpus.*combined' "$tmp/whole"
check "there are enough documents" test "$(wc -l <"$tmp/documents")" -gt 500

n=0 odd='' refused=0
while read -r document; do
	message=$("$irqkit" compare - "$tmp/whole" --json <<<"$document" 2>&1 >>"$tmp/out")
	case $?$message in
	0 | 5) n=$((n + 1)) ;;
	"1irqkit: cannot use standard input: "*) refused=$((refused + 1)) ;;
	*) odd+="$document: $message"$'\n' ;;
	esac
done <"$tmp/documents"
check "some are refused and some are not" test "$refused" -gt 100 -a "$n" -gt 100
empty "each document is taken or refused" "$odd"
same "each that is taken is compared" "$n" "$(jq -s 'map(select(.command == "compare")) | length' "$tmp/out")"

# The first and last bytes of a document, and one that ends early
size=$(wc -c <"$tmp/whole")
odd=''
for i in 0 1 2 10 $((size / 2)) $((size - 3)) $((size - 2)); do
	head -c "$i" "$tmp/whole" | "$irqkit" compare "$tmp/whole" - -q 2>"$tmp/err"
	[ $? -eq 1 ] && grep -q 'is not JSON' "$tmp/err" || odd+="$i "
done
empty "a document that ends early is refused" "$odd"
check "the whole one is not" "$irqkit" compare "$tmp/whole" "$tmp/whole" -q
finish
