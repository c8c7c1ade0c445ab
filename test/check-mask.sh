#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit mask, both ways, on 10,000 random sets: test/tool/cpusets computes the right result.
# MASK_SEED=N: other sets than those of every day.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

"$O/build/test/tool/cpusets" 10000 "${MASK_SEED:-1}" >"$tmp/sets"
for i in 1 2 3 4; do cut -f $i "$tmp/sets" >"$tmp/$i"; done
same "there are 10000 sets" 10000 "$(wc -l <"$tmp/sets" | tr -d ' ')"

# compare NAME EXPECTED IN OPTION...: all words of the file IN, many at a time
compare() {
	local name=$1 expected=$2 in=$3
	shift 3
	xargs -n 500 "$O/irqkit" mask "$@" <"$in" >"$tmp/out" 2>&1
	result $? "$name: exit status" "$(grep -m 3 '^irqkit' "$tmp/out")"
	cmp -s "$expected" "$tmp/out"
	result $? "$name" "$(diff "$expected" "$tmp/out" | head -n 4 | cut -c 1-400)"
}
compare "lists with ranges and strides -> masks" "$tmp/3" "$tmp/1"
compare "the kernel's lists -> masks" "$tmp/3" "$tmp/2"
compare "masks -> lists" "$tmp/2" "$tmp/3" --list
compare "masks with 0x, capitals, zeros, without commas -> lists" "$tmp/2" "$tmp/4" --list

# --json says the same
head -n 300 "$tmp/1" | xargs "$O/irqkit" mask --json |
	jq -r '.masks[] | "\(.list)\t\(.mask)\t\(.count)"' >"$tmp/json"
same "mask --json has the same lists and masks" "$(paste "$tmp/2" "$tmp/3" | head -n 300)" \
	"$(cut -f 1,2 "$tmp/json")"
same "and counts them" "$(head -n 300 "$tmp/2" | awk -F, '{
	n = 0
	for (i = 1; i <= NF; i++) n += split($i, r, "-") == 2 ? r[2] - r[1] + 1 : 1
	print n }')" "$(cut -f 3 "$tmp/json")"
finish
