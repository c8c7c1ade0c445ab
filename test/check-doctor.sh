#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit doctor on every root: what it finds, and that its fixes fix that.
#
# test/doctor.list holds every finding of every root, as it was reviewed by hand:
#
#	ROOT <tab> CLASS <tab> ID <tab> TEXT <tab> FIX, or the rule that explains it
#
# A copy of the root on which `doctor --fix` was run has none of the findings that it could fix, and
# no new one. Each fix by itself, on another copy, makes nothing worse by irqkit's own judgement, and
# the finding is gone.
#
#	test/check-doctor.sh           the list; the fixes on a third of the roots
#	test/check-doctor.sh --long    the fixes on all of them
#	UPDATE=1 test/check-doctor.sh  writes the list anew: review the diff
# takes: 25 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

list=test/doctor.list
irqkit=$O/irqkit

# doctor ROOT OPTION...: its JSON; nothing for a root that cannot be read
doctor() { "$irqkit" doctor --json --root "$@" 2>"$tmp/err"; }

for root in "$roots"/*; do
	doctor "$root" >"$tmp/json"
	status=$?
	[ $status -eq 1 ] && continue
	name=${root##*/}
	mkdir -p "$tmp/json.d"
	cp "$tmp/json" "$tmp/json.d/$name"
	# 5 goes with "ok": false
	[ "$status $(jq .ok "$tmp/json")" = '0 true' ] || [ "$status $(jq .ok "$tmp/json")" = '5 false' ] ||
		echo "$name: status $status"
	jq -r --arg root "$name" '.findings[] | [$root, .class, .id, .text,
		if .hidden_by then "explained by \(.hidden_by)"
		elif .fix then "irqkit " + (.fix | join(" "))
		else "by hand" + if .needs then ", \(.needs)" else "" end end] | @tsv' "$tmp/json" >>"$tmp/list"
done >"$tmp/bad"
empty "the exit status goes with what was found" "$(cat "$tmp/bad")"
[ -z "${UPDATE-}" ] || cp "$tmp/list" "$list"
same "the findings of all roots are those of $list" "$(cat "$list")" "$(cat "$tmp/list")"

# ---- the rules and their manual ------------------------------------------------------------

"$irqkit" doctor --list | awk '{ print $1 }' | sort >"$tmp/ids"
check "there are rules" test -s "$tmp/ids"
empty "each rule has one ID" "$(uniq -d "$tmp/ids")"
same "irqkit-doctor(8) describes each of them" "$(cat "$tmp/ids")" \
	"$(sed -n '/^\.Sh RULES$/,/^\.Sh EXIT STATUS$/p' man/irqkit-doctor.8 | sed -n 's/^\.It Li \([a-z0-9-]*\) .*/\1/p' | sort)"
empty "a rule hides only rules that exist" "$(grep -ohE '"[a-z0-9]+(-[a-z0-9]+)+"' lib/doctor/rules_*.c | tr -d '"' | sort -u |
	grep -xFf <(sed -n '/\.hides/,/NULL/p' lib/doctor/rules_*.c | grep -oE '"[a-z0-9-]+"' | tr -d '"') |
	grep -vxFf "$tmp/ids")"
while read -r id; do
	"$irqkit" doctor --explain "$id" >/dev/null || echo "$id"
done <"$tmp/ids" >"$tmp/bad"
empty "--explain explains each" "$(cat "$tmp/bad")"

# ---- what cannot be fixed on a copy of a root ------------------------------------------------

# A pending move takes effect when the interrupt fires; there are no threads; the doctor itself has
# just made changes that nothing keeps, and that irqbalance does not know of.
left_out='move-pending|threads-on-isolated|nothing-keeps-it|irqbalance-without-bans'

# ids FILTER <JSON: "ID DEVICE SUBJECT", a line each
ids() { jq -r ".findings[] | select($1) | \"\\(.id) \\(.device // \"-\") \\(.subject)\"" | grep -vE "^($left_out) " | sort; }
fixable='.fix and (.fix[0] | IN("set", "spread", "pin-queue", "rps", "xps", "isolate", "channels")) and
	(.fix | map(test("^--(by=load=|verify|every|revert|wait)")) | any | not)'

# fixes ROOT: what stays and what is new after its fixes
fixes() {
	local name=${1##*/} copy=$tmp/copy
	ids "$fixable" <"$tmp/json.d/$name" >"$tmp/fixable"
	ids true <"$tmp/json.d/$name" >"$tmp/before"
	[ -s "$tmp/fixable" ] || return 1
	rm -rf "$copy"
	cp -a "$1" "$copy"
	"$irqkit" doctor --fix --no-ban -q --root "$copy" >"$tmp/out" 2>&1
	[ $? -ne 1 ] || cat "$tmp/out"
	doctor "$copy" | ids true >"$tmp/after"
	comm -12 "$tmp/fixable" "$tmp/after" | sed 's/^/stays: /'
	comm -13 "$tmp/before" "$tmp/after" | sed 's/^/new: /'
}

number=0
for json in "$tmp"/json.d/*; do
	name=${json##*/}
	number=$((number + 1))
	[ "${1-}" = --long ] || [ $((number % 3)) -eq 0 ] || continue
	text=$(fixes "$roots/$name") || continue
	empty "$name: --fix fixes what it says" "$text"
done

# ---- each fix by itself -----------------------------------------------------------------------

# alone NAME: what is wrong with the fixes of a root, each run on a copy: by irqkit's own judgement
# the load gets less even, or the finding stays
alone() {
	local name=$1 copy=$tmp/copy id subject fix
	while IFS=$'\t' read -r id subject fix; do
		rm -rf "$copy"
		cp -a "$roots/$name" "$copy"
		set -f
		# shellcheck disable=SC2086 # words
		"$irqkit" $fix --root "$copy" >"$tmp/out" 2>&1 || sed "s/^/$fix: /" "$tmp/out"
		set +f
		grep -E 'less even|^Worse' "$tmp/out" | sed "s/^/$fix: /"
		doctor "$copy" | jq -r --arg id "$id" --arg subject "$subject" \
			'.findings[] | select(.id == $id and .subject == $subject) | "stays after its fix: \(.text)"'
	done < <(jq -r ".findings[] | select($fixable) | select(.id | test(\"^($left_out)\$\") | not) |
		[.id, .subject, (.fix | join(\" \"))] | @tsv" "$tmp/json.d/$name")
}

number=0
for json in "$tmp"/json.d/*; do
	number=$((number + 1))
	[ "${1-}" = --long ] || [ $((number % 3)) -eq 1 ] || continue
	empty "${json##*/}: each fix by itself makes nothing worse" "$(alone "${json##*/}")"
done

finish
