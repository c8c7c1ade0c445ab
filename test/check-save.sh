#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit save on every root: what it saves, `apply` gives back.
#
# awk alone finds the knobs of a root and gives each another value. Then apply writes the lines
# that were saved before. Each setting that save counted is as it was, and nothing else has
# changed. test/save.list holds how many settings each root has.
#
#	test/check-save.sh           a third of the roots
#	test/check-save.sh --long    all of them; with UPDATE=1 test/save.list is written anew: review the diff
# takes: 14 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# knobs DIR: "PATH: TEXT", a line a knob
knobs() {
	# shellcheck disable=SC2016 # for awk
	(cd "$1" && find proc/irq proc/sys/net/core sys/devices sys/class/net -type f \( \
		-path 'proc/irq/*/smp_affinity' -o -path 'proc/irq/*/smp_affinity_list' -o \
		-path proc/irq/default_smp_affinity -o -name rps_cpus -o -name rps_flow_cnt -o \
		-name xps_cpus -o -name xps_rxqs -o -name rps_sock_flow_entries -o \
		-name rps_default_mask \) -perm -200 -print0 2>/dev/null | sort -z |
		xargs -0r awk 'FNR == 1 { sub(/\r$/, ""); print FILENAME ": " $0 }' |
		# the list is what irqkit reads only if there is no mask
		awk -F': ' '
			{ line[NR] = $0; path[NR] = $1; has[$1] }
			END {
				for (i = 1; i <= NR; i++) {
					mask = path[i]
					if (!sub(/_list$/, "", mask) || !(mask in has))
						print line[i]
				}
			}')
}

# scramble DIR <KNOBS: another value for each, of the same width: CPU 0, or CPU 1 if it is CPU 0
scramble() {
	awk '
		{ path = $1; sub(/:$/, "", path); text = $2 }
		path ~ /(flow_cnt|flow_entries)$/ { print path, text == 64 ? 128 : 64; next }
		path ~ /_list$/ { print path, text == "0" ? 1 : 0; next }
		{
			other = text
			gsub(/[0-9a-fA-F]/, "0", other)
			if (other == "")
				other = "0"
			bit = text ~ /^[0,]*1$/ ? 2 : 1
			print path, substr(other, 1, length(other) - 1) bit
		}' | while read -r path text; do printf '%s\n' "$text" >"$1/$path"; done
}

# counts FILE: of a saved document the settings of its lines without threads and channels, which the
# scrambled knobs do not have; those of all lines; and those that no line can set
counts() {
	jq -r 'def sum: map(.settings) | add // 0;
		"\(.lines | map(select(.line | test("^(pin-queue --threads-only|channels) ") | not)) | sum) \(.lines | sum) \(.left_out | sum)"' "$1"
}

# apply ROOT FILE
apply() { "$O/irqkit" apply - --root "$1" <"$2"; }

# same_journal NAME DIR: are the changes in the journal those of the root?
same_journal() {
	[ "$(cd "$roots/$1" && find . -path '*/run/irqkit/[0-9]*')" = "$(cd "$2" && find . -path '*/run/irqkit/[0-9]*')" ]
}

# round_trip NAME [OPTION...]: prints what is wrong
round_trip() {
	local name=$1 work=$tmp/work settings all left_out restored status
	shift
	rm -rf "$work"
	cp -RP "$roots/$name" "$work"
	knobs "$work" >"$tmp/before"
	"$O/irqkit" save --root "$work" "$@" >"$tmp/saved" || { echo "save exits with $?"; return; }
	"$O/irqkit" save --root "$work" "$@" --json >"$tmp/saved.json"
	grep -avE '^(#|$)' "$tmp/saved" >"$tmp/lines"
	read -r settings all left_out < <(counts "$tmp/saved.json")
	if [ -s "$tmp/lines" ]; then
		apply "$work" "$tmp/saved" >"$tmp/out" 2>&1 || { echo "apply exits with $?:"; cat "$tmp/out"; }
		knobs "$work" | diff "$tmp/before" - | sed 's/^/changed by apply alone: /'
		same_journal "$name" "$work" || echo "apply changed something, but nothing had to change"
	fi

	scramble "$work" <"$tmp/before"
	knobs "$work" >"$tmp/scrambled"
	[ "$(comm -12 "$tmp/before" "$tmp/scrambled" | wc -l)" -eq 0 ] || echo "not every knob was scrambled"
	if [ -s "$tmp/lines" ]; then
		apply "$work" "$tmp/saved" >"$tmp/out" 2>&1
		status=$?
		[ $status -eq 0 ] || { echo "apply exits with $status:"; cat "$tmp/out"; }
	fi
	knobs "$work" >"$tmp/after"
	# each knob is as it was, or as it was scrambled
	sort -u "$tmp/before" "$tmp/scrambled" | comm -13 - <(sort "$tmp/after") | sed 's/^/neither old nor scrambled: /'
	printf '%s%s: %s settings, %s not saved\n' "$name" "${*:+ $*}" "$all" "$left_out" >>"$tmp/counts"
	restored=$(comm -12 "$tmp/before" "$tmp/after" | wc -l)
	case " $* " in
	*' --all '*) [ "$restored" -eq "$settings" ] || echo "$settings settings saved, $restored restored" ;;
	esac
	comm -12 "$tmp/before" "$tmp/after" >"$tmp/restored${*// /}"

	# what no line has is put back, and the same text is saved again
	comm -23 "$tmp/before" "$tmp/after" | while IFS= read -r line; do
		printf '%s\n' "${line#*: }" >"$work/${line%%: *}"
	done
	"$O/irqkit" save --root "$work" "$@" >"$tmp/again"
	diff -a "$tmp/saved" "$tmp/again" | sed 's/^/saved again: /'
}

# Of "PATH: TEXT", what is not as the kernel sets it
not_default() {
	awk -F': ' '$1 ~ /smp_affinity/ && $1 !~ /default/ || $2 ~ /[1-9a-fA-F]/ && $1 !~ /default_smp/'
}

# is_due NAME: chosen by name, so that a new root does not change the choice
is_due() {
	local sum
	[ "$long" ] && return
	sum=$(cksum <<<"$1")
	[ $((${sum%% *} % 3)) -eq 0 ]
}

long=
[ "${1-}" != --long ] || long=1
n_roots=0
for file in test/roots/*.root; do
	name=${file##*/}
	name=${name%.root}
	is_due "$name" || continue
	n_roots=$((n_roots + 1))
	grep -E "^$name( --all)?: " test/save.list >>"$tmp/expected"
	"$O/irqkit" save --root "$roots/$name" >/dev/null 2>&1 || { skip "$name" "has no rows"; continue; }
	empty "$name: save --all, scramble, apply" "$(round_trip "$name" --all)"
	empty "$name: save, scramble, apply" "$(round_trip "$name"
		# what --all gave back and is not the kernel's default comes back here too
		not_default <"$tmp/restored--all" | comm -23 - "$tmp/restored" | sed 's/^/only with --all: /')"
done

[ -z "${UPDATE-}" ] || [ ! "$long" ] || cp "$tmp/counts" test/save.list
# an entry of a root that is gone is in the way only where all are tried
[ ! "$long" ] || cp test/save.list "$tmp/expected"
same "the number of settings, and of those that no line can set" "$(cat "$tmp/expected")" "$(cat "$tmp/counts")"
result $((n_roots < 20)) "at least 20 roots"
finish
