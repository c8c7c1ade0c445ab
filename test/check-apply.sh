#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Policy files. For every kind of line: right after `irqkit apply` the raw files hold the values
# that are stated here by hand, `irqkit check` finds nothing, and a second run writes nothing.
# Two runs at once, and a run that is killed at each of its system calls and then undone.
# takes: 14 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
umask 022

irqkit=$O/irqkit
killat=$O/build/test/tool/killat
root=$tmp/root policy=$tmp/policy

fresh() {
	rm -rf "$root"
	cp -RP "$roots/${1:-queues-8cpu}" "$root"
	chmod -R u+w "$root"
}

# settings: every file that irqkit may write, with its value
settings() {
	(cd "$root" && find proc sys -type f \( -name smp_affinity -o \
		-name default_smp_affinity -o -name 'rps_*' -o -name 'xps_*' \) -exec grep -H '' {} + 2>/dev/null | sort)
}

can_trace=1
traced strace -qq -o /dev/null true 2>/dev/null || can_trace=

# law NAME FILES...: applies the lines on standard input; FILE=VALUE is what a file must hold
law() {
	local name=$1 file value trouble='' text status before
	shift
	cat >"$policy"
	text=$("$irqkit" apply --root="$root" "$policy" 2>&1) || trouble+="apply exits with $?: $text"$'\n'
	for file in "$@"; do
		value=${file#*=} file=${file%%=*}
		[ "$(<"$root/$file")" = "$value" ] || trouble+="$file holds $(<"$root/$file"), not $value"$'\n'
	done
	text=$("$irqkit" check --root="$root" "$policy" 2>&1) || trouble+="check exits with $?: $text"$'\n'
	before=$(settings)
	if [ -n "$can_trace" ]; then
		traced strace -f -qq -o "$tmp/trace" -e trace=openat,openat2,write,rename,renameat,renameat2,unlinkat,mkdirat \
			"$irqkit" apply --root="$root" "$policy" >/dev/null 2>&1
		# the lock is a file that stays empty
		text=$(grep -vE 'openat\([0-9]+, "lock", O_RDWR\|[A-Z_|]+\) ' "$tmp/trace" |
			grep -E 'O_WRONLY|O_RDWR|O_CREAT|rename|unlinkat|mkdirat|^[0-9]* write\(([03-9]|[0-9]{2})')
		[ -z "$text" ] || trouble+="a second run writes: $text"$'\n'
	fi
	"$irqkit" apply -q --root="$root" "$policy" >/dev/null 2>&1
	[ "$(settings)" = "$before" ] || trouble+="a second run changes something"$'\n'
	text=$("$irqkit" check --root="$root" "$policy" 2>&1) || trouble+="a second check exits with $?: $text"$'\n'
	empty "$name" "$trouble"
}

# ---- the law -------------------------------------------------------------------------------
eth2=sys/class/net/eth2/queues
fresh
law "set" proc/irq/29/smp_affinity=0c proc/irq/30/smp_affinity=80 <<<"set eth2:rx-0 --cpus=2-3
set 30 --mask=80"
fresh
law "set --default" proc/irq/default_smp_affinity=0f <<<'set --default --cpus=0-3'
fresh
law "set, of current CPUs" proc/irq/28/smp_affinity=0e <<<'set eth1 --cpus=0-3
set eth1 --cpus=current,^0'
fresh
law "spread, in the order written" proc/irq/28/smp_affinity=40 proc/irq/39/smp_affinity=20 <<<'spread eth1 eth4 --cpus=6,5'
fresh
law "spread by total" <<<'spread --by=total'
fresh
law "spread by irq, two CPUs each" <<<'spread --by=irq --width=2'
fresh
law "spread by measured load" <<<'spread eth2 --by=load=1 --cpus=0-3'
fresh
law "pin-queue" proc/irq/29/smp_affinity=80 proc/irq/30/smp_affinity=40 $eth2/tx-0/xps_cpus=80 $eth2/tx-1/xps_cpus=40 \
	<<<'pin-queue eth2 0=7 1=6'
fresh
law "rps" $eth2/rx-0/rps_cpus=0e $eth2/rx-1/rps_cpus=00 <<<'rps eth2 --cpus=1-3 --queues=0'
fresh
law "rps --auto of one queue" <<<'rps eth1 --auto'
result $(($(grep -c '[1-9a-f]' "$root"/sys/class/net/eth1/queues/rx-0/rps_cpus) != 1)) "rps --auto has turned RPS on"
fresh
law "rps --flows" proc/sys/net/core/rps_sock_flow_entries=4096 $eth2/rx-0/rps_flow_cnt=512 <<<'rps eth2 --flows=4096'
fresh
law "rps --off" $eth2/rx-0/rps_cpus=00 <<<'rps eth2 --cpus=1-3
rps eth2 --off'
fresh virtual-8cpu
law "rps --default" proc/sys/net/core/rps_default_mask=0f <<<'rps --default=0-3'
fresh
law "xps" $eth2/tx-0/xps_cpus=0e $eth2/tx-1/xps_cpus=00 <<<'xps eth2 --cpus=1-3 --queues=0'
fresh
law "xps --auto follows the new places" $eth2/tx-0/xps_cpus=80 $eth2/tx-1/xps_cpus=40 $eth2/tx-7/xps_cpus=01 \
	<<<'pin-queue eth2 all=7,6,5,4,3,2,1,0 --irq-only
xps eth2 --auto'
fresh
law "xps --rxqs, and CPUs after that" $eth2/tx-1/xps_cpus=02 <<<'xps eth2 --rxqs
xps eth2 --cpus=1'
result $(($(cat "$root"/$eth2/tx-*/xps_rxqs | grep -c '[1-9a-f]') != 0)) "the rx queues do not override the CPUs"

# ---- isolated CPUs: for all lines, also earlier ones and those of other files ----------------
# 28: eth1; 29, 30: the first two queues of eth2
fresh
law "isolate" proc/irq/default_smp_affinity=f3 proc/irq/28/smp_affinity=f3 <<<'isolate 2-3'
fresh
law "a spread before isolate leaves its CPUs" proc/irq/28/smp_affinity=02 <<<'spread eth1 --cpus=1-3
isolate 2-3'
fresh
law "two isolate lines" proc/irq/default_smp_affinity=f3 proc/irq/28/smp_affinity=f3 <<<'isolate 2
isolate 3'
fresh
law "a number wins over isolate" proc/irq/28/smp_affinity=08 proc/irq/39/smp_affinity=f3 <<<'set eth1 --cpus=3
isolate 2-3'
result $(($(printf 'set eth1 --cpus=3\nisolate 2-3\n' | "$irqkit" apply -n --root="$root" - 2>&1 |
	grep -c 'CPU 3 is named here by number') != 1)) "and warns"
fresh
law "a range loses" proc/irq/28/smp_affinity=03 proc/irq/29/smp_affinity=02 proc/irq/default_smp_affinity=03 \
	<<<'set eth1 --cpus=0-3
set eth2:rx-0 --cpus=1-3
set --default --cpus=0-3
isolate 2-3'
result $(($(printf 'set eth1 --cpus=0-3\nisolate 2-3\n' | "$irqkit" apply -n --root="$root" - 2>&1 |
	grep -c warning) != 0)) "without a warning"
fresh
printf 0c >"$root/$eth2/rx-0/rps_cpus" && printf 06 >"$root/$eth2/rx-1/rps_cpus" && printf 0c >"$root/$eth2/tx-0/xps_cpus"
law "isolate takes RPS and XPS away" $eth2/rx-0/rps_cpus=00 $eth2/rx-1/rps_cpus=02 $eth2/tx-0/xps_cpus=00 <<<'isolate 2-3'
result $(($("$irqkit" apply -v --root="$root" "$policy" 2>&1 | grep -c 'any more') != 0)) "and holds them"
fresh
law "rps --auto and xps --auto leave isolated CPUs" <<<'rps eth1 --auto
xps eth2 --auto
spread
isolate 2-3'
result $(($(cat "$root"/proc/irq/{28,29,3?}/smp_affinity | sort -u | grep -c '[4-9a-f]$') != 0)) "nothing uses CPUs 2 and 3"
fresh
before=$(settings)
printf 'spread\nisolate 2-3\n' | "$irqkit" apply -q --root="$root" - >/dev/null 2>&1
"$irqkit" undo -q --root="$root" >/dev/null 2>&1
[ "$(settings)" = "$before" ]
result $? "undo restores what isolate and spread have changed"
fresh
text=$(printf 'isolate 0-3\nspread\nisolate 4-7\n' | "$irqkit" apply --root="$root" - 2>&1)
result $(($? != 2)) "no housekeeping CPU is left: a mistake" "$text"
[ "$(settings)" = "$before" ]
result $? "and nothing was written"

# ---- channels: a barrier, after which all lines are planned ----------------------------------
# 31 to 38: four queues of eth0, an rx and a tx interrupt each
channels=sys/class/net/eth0/channels
with_channels() {
	fresh linux-6.1-16cpu
	echo "$1" >"$root/$channels"
}

with_channels 'combined 4 8'
law "channels, after a line about the same queues" $channels='combined 2 8' proc/irq/31/smp_affinity=0100 \
	<<<'set eth0:rx-0 --cpus=8
channels eth0 --combined=2'
result $(($("$irqkit" undo --list --root="$root" | grep -c 'irqkit apply') != 1)) "one entry of the journal"
"$irqkit" undo -q --root="$root" >"$tmp/out" 2>&1
result $? "undo" "$(<"$tmp/out")"
[ "$(<"$root/$channels") $(<"$root/proc/irq/31/smp_affinity")" = "combined 4 8 000f" ]
result $? "restores channels and affinity" "$(<"$root/$channels") $(<"$root/proc/irq/31/smp_affinity")"
with_channels 'combined 4 8'
"$irqkit" save --root="$root" >"$tmp/saved" 2>&1
echo 'combined 2 8' >"$root/$channels"
"$irqkit" apply -q --root="$root" "$tmp/saved" >"$tmp/out" 2>&1
[ "$(<"$root/$channels")" = 'combined 4 8' ]
result $? "save, then apply: the channels are restored" "$(<"$tmp/saved") $(<"$tmp/out")"
"$irqkit" save --root="$root" 2>&1 | cmp -s - "$tmp/saved"
result $? "saved again: the same bytes"
echo 'combined 8 8' >"$root/$channels"
"$irqkit" save --root="$root" | grep -q '^channels'
result $((! $?)) "no line where all channels are there"
"$irqkit" save --all --root="$root" | grep -q '^channels eth0 --combined=8$'
result $? "but with --all"
with_channels 'combined 4 8'
# 25 to 29 have the same name
printf 'channels eth0 --combined=2\nset 28 --cpus=3\n' | "$irqkit" apply -q --root="$root" - >/dev/null 2>&1
"$irqkit" undo -q --root="$root" >"$tmp/out" 2>&1
[ "$(<"$root/proc/irq/28/smp_affinity")" = 00ff ]
result $? "undo tells interrupts apart that share a name" "$(<"$root/proc/irq/28/smp_affinity") $(<"$tmp/out")"
with_channels 'combined 4 8'
law "channels that hold already are no barrier" $channels='combined 4 8' <<<'channels eth0 --combined=4
spread eth0'
with_channels 'combined 4 8'
law "the later of two channels lines wins" $channels='combined 3 8' <<<'channels eth0 --combined=2
isolate 15
channels eth0 --combined=3'
with_channels 'combined 2 16'
law "channels --auto counts no isolated CPU" <<<'channels eth0 --auto --spread
isolate 8-15'
before=$(<"$root/$channels")
with_channels 'combined 2 16'
law "channels --auto without them" <<<'channels eth0 --auto --spread'
[ "$before" != "$(<"$root/$channels")" ]
result $? "gives more" "$before, $(<"$root/$channels")"

# what was decided by counts is compared with the decision
echo 'combined 1 16' >"$root/$channels"
text=$("$irqkit" check --root="$root" "$policy" 2>&1)
result $(($? != 5)) "check reports channels that differ" "$text"
[[ $text = *"channels eth0"*"combined 1"* && $text != *warning* ]]
result $? "with the line and the value found" "$text"
with_channels 'combined 4 8'
text=$(printf 'channels eth0 --combined=2\nset eth0 --cpus=1\nset eth9 --cpus=1\n' |
	"$irqkit" apply -n --root="$root" - 2>&1)
result $(($? != 0)) "--dry-run" "$text"
[[ $text = *"2 other lines are planned after the change of the channels."* && $text != *affinity\ * ]]
result $? "shows the channels, and plans nothing on old queues" "$text"
printf 'channels eth0 --combined=2\nset eth0 --cpus=1\n' | "$irqkit" apply --script --root="$root" - >"$tmp/out" 2>&1
result $(($? != 2)) "--script is refused" "$(<"$tmp/out")"
printf 'channels eth0 --combined=2\nset eth9 --cpus=1\n' | "$irqkit" apply --root="$root" - >"$tmp/out" 2>&1
result $(($? != 3)) "a TARGET that is missing after the change" "$(<"$tmp/out")"
result $(($(grep -c 'eth9' "$tmp/out") != 1)) "is reported once" "$(<"$tmp/out")"
with_channels 'combined 4 8'
before=$(settings)
printf 'channels eth0 --combined=2\nset eth0 --cpus=99\n' | "$irqkit" apply --root="$root" - >"$tmp/out" 2>&1
result $(($? != 2)) "a mistake in another line" "$(<"$tmp/out")"
[ "$(<"$root/$channels")$(settings)" = "combined 4 8$before" ]
result $? "is found before the change"

# ---- lines that see each other -------------------------------------------------------------
fresh
law "the later line wins, and the others keep their places" proc/irq/29/smp_affinity=80 <<<'spread eth2 --cpus=0-3
set eth2:rx-0 --cpus=7'
fresh
law "set before spread" <<<'set eth2:rx-0 --cpus=7
spread eth2 --cpus=0-3
xps eth2 --auto'
fresh
law "all kinds of lines" proc/irq/28/smp_affinity=04 <<<'spread
spread eth2 eth3 --by=total
pin-queue eth0 all=0-3 --no-threads
rps eth1 --auto
xps eth2 --auto
rps eth2 --flows=1024
-set eth9 --cpus=1
set eth1 --cpus=2
set --default --cpus=0-3'
for r in "$roots"/*-8cpu "$roots"/*-16cpu; do
	fresh "${r##*/}"
	printf '%s\n' '-spread' '-spread --by=total --cpus=0-1' "-rps '*' --auto" "-xps '*' --auto" '-set all --cpus=current' 'isolate 1' >"$policy"
	"$irqkit" apply -q --root="$root" "$policy" >"$tmp/out" 2>&1
	case $? in
	0) ;;
	*) continue ;;
	esac
	n_roots=$((${n_roots-0} + 1))
	"$irqkit" check --root="$root" "$policy" >"$tmp/out" 2>&1 || bad="${bad-}${r##*/}: $(tail -n 3 "$tmp/out")"$'\n'
done
empty "check is 0 after apply on $n_roots roots" "${bad-}"
result $((n_roots < 20)) "these are at least 20"

# ---- two at once ---------------------------------------------------------------------------
fresh
echo 'set eth2 --cpus=1' >"$tmp/a"
echo 'set eth2 --cpus=2' >"$tmp/b"
"$irqkit" apply -q --root="$root" "$tmp/a" >/dev/null 2>&1 &
"$irqkit" apply -q --root="$root" "$tmp/b" >/dev/null 2>&1 || :
wait
case $(for i in 29 30 31 32 33 34 35 36; do cat "$root/proc/irq/$i/smp_affinity"; done | sort -u | tr '\n' ' ') in
'02 ' | '04 ') result 0 "of two at once, one comes after the other" ;;
*) result 1 "of two at once, one comes after the other" "$(settings | grep smp_aff)" ;;
esac
same "both are in the journal" 2 "$("$irqkit" undo --list --json --root="$root" | jq '.journal | length')"

# ---- killed --------------------------------------------------------------------------------
traced "$killat" 1 "$irqkit" --version >/dev/null 2>&1
if [ $? -eq 77 ]; then
	skip "killed at every system call" "nothing may be traced here"
	finish
	exit
fi
printf '%s\n' 'set eth1 --cpus=1' 'set --default --cpus=0-1' >"$policy"
# a small root: each system call is one more run
small=$tmp/small
mkdir -p "$small/proc/irq/28" "$small/sys"
cp "$roots/queues-8cpu/proc/irq/default_smp_affinity" "$small/proc/irq"
cp -R "$roots/queues-8cpu/proc/irq/28/." "$small/proc/irq/28"
sed -n '1p;/eth1$/p' "$roots/queues-8cpu/proc/interrupts" >"$small/proc/interrupts"
cp -RP "$roots/queues-8cpu/sys/devices" "$small/sys/devices" 2>/dev/null
chmod -R u+w "$small"
kill_fresh() {
	rm -rf "$root"
	cp -RP "$small" "$root"
}
kill_fresh
start=$(settings)
trouble='' killed=0 had_written=0
for ((n = 1; n < 2000; n++)); do
	kill_fresh
	traced "$killat" "$n" "$irqkit" apply -q "$policy" --root="$root" >/dev/null 2>&1
	status=$?
	[ "$status" -ne 3 ] || break
	killed=$((killed + 1))
	half=$(settings)
	"$irqkit" undo -q --root="$root" >/dev/null 2>&1
	status=$?
	[ ! -e "$root/run/irqkit/1.undone" ] || had_written=$((had_written + 1))
	[ "$(settings)" = "$start" ] || trouble+="system call $n: undo ($status) does not bring back the start"$'\n'
	[ "$status" -eq 0 ] || [ "$half" = "$start" ] || trouble+="system call $n: undo exits with $status"$'\n'
	"$irqkit" apply -q "$policy" --root="$root" >/dev/null 2>&1 || trouble+="system call $n: apply afterwards fails"$'\n'
	"$irqkit" check -q "$policy" --root="$root" >/dev/null 2>&1 || trouble+="system call $n: check afterwards finds a difference"$'\n'
done
empty "apply killed at each of its $killed system calls, and undone" "$trouble"
[ "$killed" -ge 40 ] && [ "$had_written" -gt 0 ]
result $? "some were killed before the first write and some after" "killed $killed, after a write $had_written"
finish
