#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit writes tables of ASCII itself, with the bytes that libsmartcols 2.38 would write: each
# golden test with a table passes too with a program that leaves all tables to libsmartcols. What
# no golden test has, hundreds of columns, is compared directly.
#
#	test/check-render.sh           a fourth of those tests
#	test/check-render.sh --long    all of them
# takes: 9 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

version=$(pkg-config --modversion smartcols 2>/dev/null || :)
case $version in
2.38 | 2.38.*) ;;
*)
	skip "tables as libsmartcols writes them" "libsmartcols ${version:-of an unknown version} may align otherwise"
	finish
	exit
	;;
esac
other=$O/build/test/render

# compare ROOT ARGUMENT...: adds to $different a table that is not the same, and to $odd one that
# is none
compare() {
	local args=("${@:2}" --root "$1")
	"$O/irqkit" "${args[@]}" >"$tmp/plain" 2>&1
	"$other/irqkit" "${args[@]}" >"$tmp/smartcols" 2>&1
	cmp -s "$tmp/plain" "$tmp/smartcols" || different+="irqkit ${args[*]}"$'\n'
	[ "$(wc -l <"$tmp/plain")" -gt 2 ] || odd+="irqkit ${args[*]}: $(<"$tmp/plain")"$'\n'
}

test/make-root-512.sh "$tmp/512"
different='' odd=''
for columns in --all '--all --per-cpu' '--per-cpu --cpus=0,7,511' '--per-cpu -o NAME,CPU3,IRQ' \
	'--per-cpu --noheadings' --by-cpu --queues; do
	# shellcheck disable=SC2086 # several words
	compare "$tmp/512" show $columns
done
empty "tables of 512 CPUs" "$different$odd"

# Rows with a count for each CPU and rows without, and names that are not ASCII.
different='' odd=''
for root in "$roots"/*; do
	compare "$root" show --all --per-cpu
done
empty "a column for each CPU, on all roots" "$different"

# A heading is a line of words in capitals.
mapfile -t names < <(grep -lE '^ *[A-Z][A-Z/-]* +[A-Z]' test/golden/*.test | sed 's|.*/||; s|[.]test$||')
[ "${#names[@]}" -ge 100 ] || echo "not ok only ${#names[@]} golden tests have a table" >"$tmp/few"
# chosen by name, so that a new test does not change the choice
due=()
for name in "${names[@]}"; do
	sum=$(cksum <<<"$name")
	[ "${1-}" != --long ] && [ $((${sum%% *} % 4)) -ne 0 ] || due+=("$name")
done
GOLDEN_PATH=$other test/golden.sh "${due[@]}" >"$tmp/golden" 2>&1
empty "the golden tests with a table" "$(cat "$tmp/few" 2>/dev/null; grep -v '^ok \|^1[.][.]' "$tmp/golden")"
finish
