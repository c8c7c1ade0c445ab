#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tables on a narrow terminal, with each root: two names that differ never look alike, and no
# line is longer than the terminal.
# takes: 30 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip "tables on a narrow terminal" "no script(1)"
	finish
	exit
fi
export LC_ALL=C TERM=dumb # then `~` is the mark, and each byte takes one column

# on_terminal ARGUMENT...: the table, at each width, in $tmp/table-WIDTH; alone if $quiet is --quiet
quiet=--quiet
on_terminal() {
	script -qec "for width in ${widths[*]}; do COLUMNS=\$width '$O/irqkit' $* $quiet --color=never >/dev/tty
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

# Other tables with names: NAME, QUEUE, DEVICE and SOURCE may be shortened, but two that differ must
# look different, all rows must be there, and no line is longer than the terminal. The first file
# is the table that a pipe gets, the second that of a terminal with $1 columns; a table begins at its
# line of headings, and has $2 lines; remarks follow. A column ends at the last place before the
# next heading where all lines are blank.
names_look_alike() {
	awk -v width="$1" -v n="$2" '
		FNR == 1 { file++; row = 0 }
		row || / (NAME|QUEUE|SOURCE)( |$)|^(QUEUE|DEVICE) / {
			if (++row <= n)
				line[file, row] = $0
		}
		function find(heading, text) { return index(" " text " ", " " heading " ") }
		function note_blanks(file,  i, k) {
			for (i = 1; i <= n; i++)
				for (k = 1; k <= length(line[file, i]); k++)
					if (substr(line[file, i], k, 1) != " ")
						used[file, k] = 1
		}
		function cut_cells(file, heading, cells,  words, n_words, w, at, end, i) {
			n_words = split(line[file, 1], words)
			for (w = 1; words[w] != heading; w++)
				;
			at = find(heading, line[file, 1])
			end = w < n_words ? find(words[w + 1], line[file, 1]) : 1e6
			while (w < n_words && ((file, end - 1) in used))
				end--
			for (i = 2; i <= n; i++) {
				cells[i] = substr(line[file, i], at, end - at)
				sub(/ +$/, "", cells[i])
			}
		}
		function compare(heading,  full, cells, shown, i) {
			cut_cells(1, heading, full)
			cut_cells(2, heading, cells)
			for (i = 2; i <= n; i++) {
				if (cells[i] == "" && full[i] != "")
					print "no " heading " in line " i
				if (cells[i] in shown && shown[cells[i]] != full[i])
					print shown[cells[i]] " and " full[i] ": " cells[i]
				shown[cells[i]] = full[i]
			}
		}
		END {
			for (i = 1; i <= n; i++)
				if (length(line[2, i]) > width)
					print "too long: " line[2, i]
			note_blanks(1)
			note_blanks(2)
			n_headings = split(line[2, 1], headings)
			for (k = 1; k <= n_headings; k++)
				if (headings[k] ~ /^(NAME|QUEUE|DEVICE|SOURCE)$/)
					compare(headings[k])
			if (n < 2 || line[2, n] == "")
				print "rows are missing"
		}' "$3" "$4"
}

# narrow_table WHAT ARGUMENT...: at each of the widths. A report has no --raw, but with --quiet it has
# no remarks.
narrow_table() {
	local what=$1 found='' n width quiet=''
	shift
	n=$("$O/irqkit" "$@" --raw 2>/dev/null | wc -l)
	[ "$n" -gt 0 ] || quiet=--quiet
	"$O/irqkit" "$@" $quiet >"$tmp/wide" 2>/dev/null
	[ "$n" -gt 0 ] || n=$(wc -l <"$tmp/wide")
	[ "$n" -ge 2 ] || return
	on_terminal "$(printf ' %q' "$@")"
	for width in "${widths[@]}"; do
		found+=$(names_look_alike "$width" "$n" "$tmp/wide" "$tmp/table-$width" | sed "s/^/$width columns: /")$'\n'
		grep -q '~' "$tmp/table-$width" && n_short=$((n_short + 1))
	done
	n_tables=$((n_tables + 1))
	empty "$what: $1" "$(grep . <<<"$found")"
}

printf '%s\n' 'set all --cpus=0' spread 'rps * --cpus=0' 'xps * --cpus=0' >"$tmp/50-the-policy-of-this-host.conf"
n_tables=0 n_short=0
for name in bond-i40e-8cpu cloud-nics-16cpu isolate-8cpu linux-6.1-16cpu-2offline mlx5-64queues \
	names-cut-8cpu odd-names wide-counts xen-6.1-dom0; do
	root=--root=$roots/$name
	device=$(find "$roots/$name/sys/class/net" -mindepth 1 -printf '%f\n' 2>/dev/null | sort -V | sed -n '$p')
	narrow_table "$name" spread "$root" --node=any --dry-run
	narrow_table "$name" set "$root" all --cpus=0 --dry-run
	narrow_table "$name" isolate "$root" 1 --dry-run
	narrow_table "$name" isolate "$root" 1 --check
	narrow_table "$name" apply "$root" "$tmp/50-the-policy-of-this-host.conf" --dry-run
	narrow_table "$name" check "$root" "$tmp/50-the-policy-of-this-host.conf"
	narrow_table "$name" top "$root" --batch -n 1 -d 0.1 --all
	narrow_table "$name" show "$root" --queues
	narrow_table "$name" show "$root" --by-cpu
	[ -n "$device" ] || continue
	narrow_table "$name" channels "$root"
	narrow_table "$name" rps "$root" '*'
	narrow_table "$name" rps "$root" '*' --cpus=0 --flows=256 --dry-run
	narrow_table "$name" xps "$root" '*'
	narrow_table "$name" xps "$root" '*' --cpus=0 --dry-run
	narrow_table "$name" pin-queue "$root" "$device" all=0,1 --wrap --dry-run
done
narrow_table "two systems" compare "$roots/xen-6.1-dom0" "$roots/xen-6.12-dom0"
narrow_table "two systems" compare "$roots/cloud-nics-16cpu" "$roots/bond-bridge-6.1"
check "many tables were tested, and names were shortened" test $n_tables -ge 60 -a $n_short -ge 30

# 4,096 names differ only in the middle, where names are cut first: irqkit finds another cut in less
# than two seconds of CPU time.
mkdir -p "$tmp/many/proc"
awk 'BEGIN {
	print "           CPU0"
	for (i = 0; i < 4096; i++) {
		side = sprintf("%060d", 0)
		printf "%4d: %10d  PCI-MSI-edge  a%s%04d%sz\n", 24 + i, i, side, i, side
	}
}' >"$tmp/many/proc/interrupts"
widths=(70)
(
	ulimit -t $((2 * ${LIMIT_FACTOR:-1}))
	on_terminal show "--root='$tmp/many'" -o IRQ,TOTAL,NAME
)
same "4096 names are shortened quickly, and no two look alike" 4096 \
	"$(awk 'NR > 1 && $3 ~ /~/ { print $3 }' "$tmp/table-70" | sort -u | wc -l)"
widths=(40 60 80 100)

# Sentences of the doctor: no line is too long, but for a command, which is never broken; and all words
# are those that a pipe gets.
words() { tr -s ' \n' '\n'; }
for root in apu-2cpu isolated-16cpu cloud-nics-16cpu; do
	"$O/irqkit" doctor --root="$roots/$root" --all | words >"$tmp/words"
	for width in 40 60 100; do
		script -qec "COLUMNS=$width '$O/irqkit' doctor --root='$roots/$root' --all --color=never" /dev/null |
			tr -d '\r' >"$tmp/sentences"
		empty "doctor, $root: lines of $width columns" "$(awk -v width=$width '
			length($0) > width && !/^ *irqkit / && !/^'"'"'irqkit [^'"'"']*'"'"'/' "$tmp/sentences")"
		same "doctor, $root: the same words in $width columns" "$(cat "$tmp/words")" "$(words <"$tmp/sentences")"
	done
	check "doctor, $root: long lines are used in 100 columns" awk 'length > 80 { n = 1 } END { exit !n }' "$tmp/sentences"
done

# Closing sentences of other commands, and warnings on stderr: the same. Each line that a pipe gets and
# that ends like a sentence is there, when the lines are joined.
# sentences ROOT ARGUMENT...
sentences() {
	local root=$1 width
	shift
	"$O/irqkit" "$@" --root="$roots/$root" 2>&1 | grep -E '^irqkit: |[.]$' >"$tmp/piped"
	for width in 40 80; do
		script -qec "COLUMNS=$width '$O/irqkit'$(printf ' %q' "$@") --root='$roots/$root' --color=never" /dev/null |
			tr -d '\r' >"$tmp/sentences"
		empty "$root, $*: lines of $width columns" "$(awk -v width=$width '
			length($0) > width && !/^'"'"'irqkit [^'"'"']*'"'"'[.,;:)]*$/
			/'"'"'irqkit [^'"'"']*$/ { print "a command is broken: " $0 }' "$tmp/sentences")"
		tr -s ' \n' ' ' <"$tmp/sentences" >"$tmp/joined"
		empty "$root, $*: the same sentences in $width columns" "$(while IFS= read -r line; do
			grep -qF -- "$line" "$tmp/joined" || echo "$line"
		done <"$tmp/piped")"
	done
	n_sentences=$((n_sentences + $(wc -l <"$tmp/piped")))
}

n_sentences=0
sentences queues-8cpu spread eth0 -n
sentences queues-8cpu show eth1
sentences queues-8cpu rps eth1
sentences usb-rpi4-4cpu rps eth1
sentences linux-6.1-16cpu spread eth1 -n
sentences linux-6.1-16cpu xps '*'
sentences linux-6.1-16cpu isolate 1 -n
sentences onehot-8cpu spread -n
sentences onehot-8cpu show eth0
sentences apu-2cpu show eth0
sentences r8125-8cpu rps '*'
sentences isolated-16cpu set --default --cpus=housekeeping -n
sentences two-samples-2cpu channels eth0 --auto -n
sentences queues-8cpu pin-queue eth0 all=9 -n
check "many sentences were compared" test $n_sentences -ge 25
finish
