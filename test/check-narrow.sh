#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tables on a narrow terminal, with each root: two names that differ never look alike, and no
# line is longer than the terminal.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip "tables on a narrow terminal" "no script(1)"
	finish
	exit
fi
export LC_ALL=C TERM=dumb # then `~` is the mark, and each byte takes one column

# on_terminal ARGUMENT...: the table alone, at each width, in $tmp/table-WIDTH
on_terminal() {
	script -qec "for width in ${widths[*]}; do COLUMNS=\$width '$O/irqkit' $* --quiet --color=never >/dev/tty
		echo \"= \$width\" >/dev/tty; done" /dev/null 2>"$tmp/err" | tr -d '\r' |
		awk -v file="$tmp/table-" '
			/^= / { printf "%s", table >(file $2); close(file $2); table = ""; next }
			{ table = table $0 "\n" }'
}

# The names of a table are its last column. With the full names, by number of interrupt, in
# $tmp/full: prints what two different names look like, and lines that are too long.
look_alike() {
	awk -v width="$1" '
		FNR == NR { full[$1] = $2; next }
		FNR == 1 { at = index($0, " NAME") + 1; next }
		length($0) > width { print "too long: " $0 }
		{
			cell = substr($0, at)
			if (cell in shown && shown[cell] != full[$1])
				print shown[cell] " and " full[$1] ": " cell
			shown[cell] = full[$1]
			rows++
		}
		END { if (rows == 0) print "no row" }' "$tmp/full" -
}

widths=(40 60 80 100)
n_short=0
for root in "$roots"/*/; do
	root=${root%/}
	"$O/irqkit" show --root="$root" --raw -o IRQ,NAME --noheadings 2>/dev/null |
		sed 's/^\([^ ]*\) /\1 /' >"$tmp/full"
	[ -s "$tmp/full" ] || continue
	found=''
	on_terminal show "--root='$root'"
	for width in "${widths[@]}"; do
		found+=$(look_alike "$width" <"$tmp/table-$width" | sed "s/^/$width columns: /")
		grep -q '~' "$tmp/table-$width" && n_short=$((n_short + 1))
	done
	empty "${root##*/}: names that differ look different, and lines are short enough" "$found"
done
check "some names were shortened" test $n_short -ge 10

# Sentences of the doctor: no line is too long, but for a command, which is never broken; and all words
# are those that a pipe gets.
words() { tr -s '[:space:]' '\n'; }
for root in apu-2cpu isolated-16cpu cloud-nics-16cpu; do
	"$O/irqkit" doctor --root="$roots/$root" --all | words >"$tmp/words"
	for width in 40 60 100; do
		script -qec "COLUMNS=$width '$O/irqkit' doctor --root='$roots/$root' --all --color=never" /dev/null |
			tr -d '\r' >"$tmp/sentences"
		empty "doctor, $root: lines of $width columns" "$(awk -v width=$width '
			length($0) > width && !/^ *irqkit / && !/^'"'"'irqkit [^'"'"']*'"'"'/' "$tmp/sentences")"
		same "doctor, $root: the same words in $width columns" "$(cat "$tmp/words")" "$(words <"$tmp/sentences")"
	done
	# shellcheck disable=SC2016 # for awk, not for the shell
	check "doctor, $root: long lines are used in 100 columns" awk 'length($0) > 80 { n = 1 } END { exit !n }' "$tmp/sentences"
done
finish
