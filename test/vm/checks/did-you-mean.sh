#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# What irqkit suggests in place of a command that it refuses is accepted by the same machine.
dev=$(link 1)
irq=$(irq_of virtio1-input.1)
set -f # words are not file names
sed "s/DEV/$dev/g; s/IRQ/$irq/g" >typed <<'END'
shwo DEV
pinqueue DEV 0=1 -n
DEV
list
pin DEV 0=1 -n
set IRQ 1 -n
set IRQ=1 -n
set IRQ --cpu=1 -n
set -p 2 IRQ -n
set IRQ -c 1 -n
set IRQ --cpus=1 --dryrun
set IRQ --cpus=0x3 -n
set IRQ --cpus=cpu1 -n
set IRQ --cpus=!0 -n
set IRQ --cpus=0..1 -n
set IRQ --cpus=* -n
set irqIRQ --cpus=1 -n
set IRQ: --cpus=1 -n
set /proc/irq/IRQ/smp_affinity --cpus=1 -n
show /sys/class/net/DEV
show DEV:rx0
show ALL
show -J
show --irq IRQ
show --no-headings
show -o NAME,TOTL
spread DEV 0-1 -n
spread DEV --cpus 0 1 -n
spread --dry DEV
rps DEV --on -n
rps DEV --disable -n
xps DEV --enable -n
pin-queue DEV:rx-0 1 -n
END
n=0
while read -r line; do
	# shellcheck disable=SC2086 # words
	set -- $line
	steps=0 got=0
	until irqkit "$@" >out 2>err </dev/null; do
		got=$?
		steps=$((steps + 1))
		[ $steps -le 2 ] || fail "'irqkit $line': 'irqkit $*' is not accepted, either: $(cat err)"
		sed -n "s/^irqkit: .*did you mean '\([^']*\)'.*/\1/p" err >meant
		[ -s meant ] || sed -n "s/^irqkit: .* is ambiguous[^:]*: write '\([^']*\)' .*/\1/p" err >meant
		[ -s meant ] || fail "'irqkit $*' ends with $got, and nothing is suggested: $(cat err)"
		sed -n "1s/^[^']*'\([^']*\)'.*/\1/p" err >wrong
		awk -v line="$*" 'FILENAME == "meant" { meant = $0; next } { wrong = $0 } END {
			if (meant ~ /^irqkit /) { print substr(meant, 8); exit }
			at = index(line, wrong)
			if (wrong ~ / / && at) { print substr(line, 1, at - 1) meant substr(line, at + length(wrong)); exit }
			n = split(line, word, " ")
			for (i = 1; i <= n; i++) {
				at = index(word[i], wrong)
				if (!done && at) {
					# a whole word, or the value of an option; an option takes its value from the next word
					text = at > 1 && word[i] !~ /^-/ ? meant : substr(word[i], 1, at - 1) meant substr(word[i], at + length(wrong))
					if (at == 1 && word[i] ~ /^-/ && meant ~ /=/ && word[i] !~ /=/) i++
					done = 1
				} else
					text = word[i]
				printf "%s%s", text, i < n ? " " : "\n"
			}
		}' meant wrong >next
		read -r next <next
		# shellcheck disable=SC2086 # words
		set -- $next
	done
	[ "$steps" -gt 0 ] || fail "'irqkit $line' is accepted"
	n=$((n + 1))
done <typed
echo "# $n lines were refused, and what was suggested was accepted"
