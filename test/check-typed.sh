#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is suggested for a mistyped word is accepted on the same system, and --help lists no option
# that its command refuses.
# takes: 30 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit

# suggested MESSAGE: the word after "did you mean"
suggested() { sed -nE "s/.*did you mean '([^']*)'\?.*/\1/p" <<<"$1"; }

# ---- SETs --------------------------------------------------------------------------------
# shellcheck disable=SC2054 # commas belong to the SETs
sets=(ff 0xff 0xffff f,ffffffff 0b11 0b100000000 0o17 0o777777 node0 node1 node7 numa:1 cpu3 cpu15 CPU0-7 cpu0,cpu1 cpu1,node0,core2
	'!0' '!9' '~0-1' '0,!3' 0-3/2 0-30/2 0..3 0..40 '0;8' '0 1' '0|1' '*' any online everything smt cores nohz isolcpus hk fats slwo
	Fast ISOLATED Local Current curent,^0 all,^node0 all,^cpu0 '^Isolated' package0 socket1 socket0 llc0 llc99 sibling:0 'siblings0'
	irq24 irq999 first_threads otherthreads housekeeping, '[0-3]' '{0,99}' ' 1' $'0\n' 0–1 '0 - 3' +3 nod:0 nod:1 nod:0,nod:1)
for name in linux-6.1-16cpu gap-8cpu hybrid-20cpu isolated-16cpu xen-6.1-domu queues-8cpu one-cpu; do
	root=$roots/$name
	irq=$("$irqkit" show --root="$root" --noheadings --raw -o IRQ,MOVABLE | awk '$2 == "yes" { print $1; exit }')
	lines=("set ${irq:-0} -n")
	[ "$name" != queues-8cpu ] || lines+=('spread -n' show 'isolate -n')
	wrong=
	n=0
	for set in "${sets[@]}"; do
		for line in "${lines[@]}"; do
			read -ra words <<<"$line"
			option=--cpus=
			[ "${words[0]}" != isolate ] || option=
			text=$("$irqkit" "${words[@]}" "$option$set" --root="$root" 2>&1 >/dev/null) && continue
			meant=$(suggested "$text")
			[ -n "$meant" ] || continue
			n=$((n + 1))
			again=$("$irqkit" "${words[@]}" "$option$meant" --root="$root" 2>&1 >/dev/null)
			case $? in
			2)
				# a set of CPUs all the same, but not to isolate
				[[ $again == *'no housekeeping CPU'* ]] || wrong+="${words[0]}: '$set': '$meant': $again"$'\n'
				;;
			esac
		done
	done
	[ "$n" -ge 10 ] || wrong+="only $n suggestions"
	empty "$name: each of the $n SETs that are suggested is accepted" "$wrong"
done

# ---- options -----------------------------------------------------------------------------
root=$tmp/root
cp -a "$roots/queues-8cpu" "$root"
echo 'set 24 --cpus=3' >"$tmp/policy"
declare -A texts=([apply]=$tmp/policy [channels]=eth0 [check]=$tmp/policy [compare]="$root $root" [isolate]=2-3 [mask]=3 [pin-queue]='eth0 all=0-3'
	[policy]='/sys/x 24' [rps]=eth0 [set]='24 --cpus=3' [xps]=eth0)
# what an option needs beside it, or in place of the words
declare -A beside=([apply--stay]=skip [channels--keep-going]=--auto [channels--dry-run]=--auto [channels--script]=--auto
	[channels--spread]='--auto -n' [doctor--for]=skip [doctor--dry-run]=--fix [doctor--ban]=--fix [doctor--no-ban]=--fix
	[channels--wait]='--auto --spread' [spread--weigh]='--by=load=1' [rps--dry-run]=--auto [rps--script]=--auto [rps--keep-going]=--auto [rps--queues]=--auto [xps--queues]=--auto [xps--dry-run]=--auto [xps--script]=--auto
	[xps--keep-going]=--auto [rps--wait]=--auto [xps--wait]=--auto [spread--gain]=--by=total [spread--every]=skip [spread--revert-if-worse]=skip [spread--verify]=skip
	[show--for]=skip [isolate--for]=skip [top--delay]='-b -n 1' [top--batch]='-n 1' [top--iterations]=-b [who--for]=skip [who--no-trace]=skip [who--json]=skip
	[who--verbose]=skip [who--quiet]=skip [who--color]=skip [undo--output]=-l [undo--sort]=-l [undo--noheadings]=-l [undo--raw]=-l [undo--pairs]=-l)
declare -A instead=([set--mask]=24 [set--default]=--cpus=3 [mask--list]=ff [mask--words]='' [rps--default]='' [rps--entries]='' [doctor--explain]='' [undo--list]='' [isolate--output]='' [isolate--sort]='' [isolate--noheadings]='' [isolate--raw]='' [isolate--pairs]='')
declare -A value=([--cpus]=0-3 [--allowed]=0-3 [--mask]=f [--output]=IRQ [--sort]=IRQ [--color]=never [--queues]=0 [--rxqs]=0 [--flows]=64 [--file]=- [--state]=$tmp/state
	[--root]=$root [--node]=0 [--by]=queue [--weigh]=time [--width]=2 [--only]=irqs [--for]=1 [--level]=high [--ignore]=device-off [--explain]=device-off [--rss]=2
	[--combined]=2 [--rx]=2 [--tx]=2 [--imbalance]=9 [--max-series]=9999 [--delay]=0.1 [--iterations]=1 [--gain]=5)
rule=$("$irqkit" doctor --list | grep -oE '[a-z]+(-[a-z0-9]+)+' | head -n 1)
value[--ignore]=$rule value[--explain]=$rule
for c in $("$irqkit" --list-commands); do
	wrong=
	for option in $("$irqkit" "$c" --help | sed -nE 's/^ .{5}(--[a-z-]+).*/\1/p'); do
		extra=${beside[$c$option]-}
		[ "$extra" != skip ] || continue
		text=${texts[$c]-}
		[ -z "${instead[$c$option]+1}" ] || text=${instead[$c$option]}
		column=$("$irqkit" "$c" --help | sed -n 's/^\* \([A-Z]*\) .*/\1/p' | head -n 1)
		v=${value[$option]-}
		case $option in --output | --sort) v=${column:-IRQ} ;; esac
		"$irqkit" "$c" --help | grep -qE -- " $option=" && [ -n "$v" ] && v="=$v" || v=
		case $c$option in top--for) ;; top*) extra+=' -b -n 1 -d 0.1' ;; who--help | who--version) ;; who*) continue ;; esac
		[ "$option" = --root ] || extra+=" --root=$root"
		[ "$c" != who ] || extra=
		# shellcheck disable=SC2086 # several words
		message=$(timeout 20 "$irqkit" "$c" $text $option$v $extra 2>&1 >/dev/null </dev/null)
		[ $? -ne 2 ] || wrong+="$c $text $option$v $extra: $message"$'\n'
	done
	empty "'irqkit $c --help' lists only options that it accepts" "$wrong"
done
finish
