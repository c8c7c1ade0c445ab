#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tables on a narrow terminal, with each root, in UTF-8 and in LANG=C: two names that differ never look
# alike, and no line is longer than the terminal.
# takes: 50 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip "tables on a narrow terminal" "no script(1)"
	finish
	exit
fi
export LC_ALL=C TERM=dumb irqkit=$O/irqkit tmp

# one_byte: each character becomes one byte, because mawk counts bytes; the mark `…` becomes \001
one_byte() { sed 's/\xe2\x80\xa6/\x01/g; s/[\xc0-\xff][\x80-\xbf]*/?/g; s/\r$//'; }

# A line of $tmp/commands is "WIDTHS LOCALE WORD...", with commas between the widths. on_terminals
# runs each of them: the whole table is in $tmp/wide-LINE, and the tables of terminals that are narrower
# than that in $tmp/table-LINE-WIDTH. Remarks follow the tables of check, compare and top:
# $tmp/rows-LINE is how many lines belong to the table.
on_terminals() {
	rm -f "$tmp"/wide-* "$tmp"/rows-* "$tmp"/table-*
	# shellcheck disable=SC2016 # variables of the inner shell
	script -qec 'i=0
		while read -r widths locale words; do
			i=$((i + 1))
			export LC_ALL=$locale
			eval "\"\$irqkit\" $words" --color=never >"$tmp/wide-$i" 2>/dev/null </dev/null
			[ -s "$tmp/wide-$i" ] || continue
			case $words in check* | compare* | top*)
				eval "\"\$irqkit\" $words" --raw 2>/dev/null </dev/null | wc -l >"$tmp/rows-$i" ;;
			esac
			longest=$(wc -L <"$tmp/wide-$i")
			for width in $(echo "$widths" | tr , " "); do
				[ "$width" -lt "$longest" ] || continue
				eval "COLUMNS=$width \"\$irqkit\" $words" --color=never 2>/dev/null </dev/null
				echo "= $i-$width"
			done
		done <"$tmp/commands"' /dev/null </dev/null 2>/dev/null | one_byte |
		awk -v file="$tmp/table-" '
			/^= [0-9]+-[0-9]+$/ { printf "%s", table >(file $2); close(file $2); table = ""; next }
			{ table = table $0 "\n" }'
}

# compare_tables ROWS FILE...: the first file is the whole table, the others are the tables of terminals.
# A table begins at its line of headings and ends after ROWS lines, or at an empty line. A column ends
# at the last place before the next heading where all lines are blank. A line with nothing before the
# column of the reasons continues the reason of the row above. Prints names that look alike, lines that
# are too long, and rows that are missing.
compare_tables() {
	local rows=$1
	shift
	awk -v rows="$rows" '
		FNR == 1 { file++; row[file] = 0; is_over = 0; width[file] = FILENAME; sub(/.*-/, "", width[file]); width[file] += 0 }
		!row[file] && !/ (NAME|QUEUE|SOURCE|DEVICE)( |$)|^(QUEUE|DEVICE) / { next }
		!NF || row[file] == rows { is_over = 1 }
		!row[file] { reason[file] = find("WHY", $0); if (!reason[file]) reason[file] = find("CAUSE", $0) }
		row[file] && reason[file] > 1 && substr($0, 1, reason[file] - 1) ~ /^ *$/ { long(file, $0); next }
		!is_over { line[file, ++row[file]] = $0 }
		function long(file, text) { if (length(text) > width[file]) print width[file] " columns, too long: " text }
		function find(heading, text) { return index(" " text " ", " " heading " ") }
		function note_blanks(file,  i, k) {
			for (i = 1; i <= row[file]; i++)
				for (k = 1; k <= length(line[file, i]); k++)
					if (substr(line[file, i], k, 1) != " ")
						used[file, k] = 1
		}
		function cut_cells(file, heading, cells,  words, n_words, w, at, end, i) {
			n_words = split(line[file, 1], words)
			for (w = 1; words[w] != heading && w <= n_words; w++)
				;
			at = find(heading, line[file, 1])
			end = w < n_words ? find(words[w + 1], line[file, 1]) : 1e6
			while (w < n_words && ((file, end - 1) in used))
				end--
			for (i = 2; i <= row[file]; i++) {
				cells[i] = substr(line[file, i], at, end - at)
				sub(/ +$/, "", cells[i])
			}
		}
		function compare(file, heading,  full, cells, shown, i) {
			cut_cells(1, heading, full)
			cut_cells(file, heading, cells)
			for (i = 2; i <= row[file]; i++) {
				if (cells[i] == "" && full[i] != "")
					print width[file] " columns: no " heading " in line " i
				if (cells[i] in shown && shown[cells[i]] != full[i])
					print width[file] " columns: " shown[cells[i]] " and " full[i] ": " cells[i]
				shown[cells[i]] = full[i]
			}
		}
		END {
			note_blanks(1)
			for (f = 2; f <= file; f++) {
				for (i = 1; i <= row[f]; i++)
					long(f, line[f, i])
				if (row[f] != row[1])
					print width[f] " columns: rows are missing"
				note_blanks(f)
				n_headings = split(line[f, 1], headings)
				for (k = 1; k <= n_headings; k++)
					if (headings[k] ~ /^(NAME|QUEUE|DEVICE|SOURCE)$/)
						compare(f, headings[k])
			}
		}' "$@"
}

# narrow_tables NAME: those of $tmp/commands
narrow_tables() {
	local found='' i=0 mark tables one
	mark=$(printf '[~\1]')
	on_terminals
	while read -r _ locale words; do
		i=$((i + 1))
		[ -s "$tmp/wide-$i" ] || continue
		tables=("$tmp/table-$i"-*)
		[ -e "${tables[0]}" ] || continue
		one_byte <"$tmp/wide-$i" >"$tmp/wide"
		one=$(compare_tables "$(cat "$tmp/rows-$i" 2>/dev/null || echo 100000)" "$tmp/wide" "${tables[@]}")
		[ -z "$one" ] || found+="$words, $locale:"$'\n'$one$'\n'
		n_tables=$((n_tables + ${#tables[@]}))
		n_short=$((n_short + $(grep -l "$mark" "${tables[@]}" | wc -l)))
	done <"$tmp/commands"
	empty "$1: names that differ look different, and lines are short enough" "$found"
}

# The test notices what is wrong.
printf '%s\n' 'IRQ NAME' ' 24 eth0-rx-0' ' 25 eth0-rx-1' >"$tmp/whole"
printf '%s\n' 'IRQ NAME' ' 24 eth~rx' ' 25 eth~rx' >"$tmp/alike-40"
printf '%s\n' 'IRQ NAME' ' 24 eth0-rx-0' >"$tmp/fewer-40"
same "names that look alike are noticed" "40 columns: eth0-rx-0 and eth0-rx-1: eth~rx" \
	"$(compare_tables 9 "$tmp/whole" "$tmp/alike-40")"
printf '%s\n' 'IRQ NAME      WHY' ' 24 eth0-rx-0 queue 0, next CPU' >"$tmp/whole"
printf '%s\n' 'IRQ NAME      WHY' ' 24 eth0-rx-0 queue 0,' '              next CPU' >"$tmp/wrapped-24"
same "a reason may have several lines" "20 columns, too long:  24 eth0-rx-0 queue 0,
20 columns, too long:               next CPU" "$(compare_tables 9 "$tmp/whole" "$tmp/wrapped-24"
	cp "$tmp/wrapped-24" "$tmp/wrapped-20" && compare_tables 9 "$tmp/whole" "$tmp/wrapped-20" | sort -r)"
printf '%s\n' 'IRQ NAME' ' 24 eth0-rx-0' ' 25 eth0-rx-1' >"$tmp/whole"
same "so are long lines and missing rows" "9 columns, too long:  24 eth0-rx-0
9 columns: rows are missing" "$(cp "$tmp/fewer-40" "$tmp/fewer-9" && compare_tables 9 "$tmp/whole" "$tmp/fewer-9")"

n_tables=0 n_short=0 n_roots=0
printf '%s\n' 'set all --cpus=0' spread 'rps * --cpus=0' 'xps * --cpus=0' >"$tmp/50-the-policy-of-this-host.conf"
policy=$tmp/50-the-policy-of-this-host.conf
for root in "$roots"/*/; do
	root=${root%/}
	name=${root##*/}
	with=--root=$root
	device=$(find "$root/sys/class/net" -mindepth 1 -printf '%f\n' 2>/dev/null | sort -V | sed -n '$p')
	{
		for locale in C C.UTF-8; do
			echo "40,60,80,100 $locale show $with --quiet"
			echo "40,60,80,100 $locale show $with --quiet --all"
		done
		# the other commands: in one of the locales, in turn
		locale=C next=C.UTF-8
		((n_roots % 2)) || locale=C.UTF-8 next=C
		while read -r words; do
			[[ $words != *@DEVICE@* || $device ]] || continue
			words=${words//@DEVICE@/$(printf %q "$device")}
			quiet=--quiet
			[ "${words%% *}" != check ] || quiet=''
			other=$locale locale=$next next=$other
			echo "40,60,80,100 $locale ${words/ / $with $quiet }"
		done <<-EOF
			show --queues
			show --by-cpu
			show -o IRQ,DEVICE,SOURCE,NAME
			spread --node=any --dry-run
			set all --cpus=all --dry-run
			isolate 1 --dry-run
			isolate 1 --check
			apply $policy --dry-run
			check $policy
			channels @DEVICE@
			channels -o DEVICE,RX,TX,COMBINED
			rps '*'
			rps '*' --cpus=all --flows=256 --dry-run
			rps '*' --auto --dry-run
			xps '*'
			xps '*' --auto --dry-run
			pin-queue @DEVICE@ all=0,1 --wrap --dry-run
		EOF
		case $name in
		bond-i40e-8cpu | cloud-nics-16cpu | linux-6.1-16cpu | mlx5-64queues | odd-names | xen-6.1-dom0)
			echo "40,60,80,100 $locale top $with --batch -n 1 -d 0.1 --all"
			;;
		esac
	} >"$tmp/commands"
	narrow_tables "$name"
	n_roots=$((n_roots + 1))
done
for locale in C C.UTF-8; do
	echo "40,60,80,100 $locale compare $roots/xen-6.1-dom0 $roots/xen-6.12-dom0"
	echo "40,60,80,100 $locale compare $roots/cloud-nics-16cpu $roots/bond-bridge-6.1"
done >"$tmp/commands"
narrow_tables "two systems"
check "many tables were tested, and names were shortened" test $n_tables -ge 1800 -a $n_short -ge 500

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
echo "70 C show --root='$tmp/many' -o IRQ,TOTAL,NAME" >"$tmp/commands"
(
	ulimit -t $((2 * ${LIMIT_FACTOR:-1}))
	on_terminals
)
same "4096 names are shortened quickly, and no two look alike" 4096 \
	"$(awk 'NR > 1 && $3 ~ /~/ { print $3 }' "$tmp/table-1-70" | sort -u | wc -l)"

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
