#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The files of dist/: the units are what systemd accepts and confine the program, the scripts
# end as those that call them expect.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

for f in irqkit.service irqkit-apply.service irqkit-metrics.service irqkit.openrc ifup networkmanager; do
	sed "s|@SBINDIR@|$tmp|" "dist/$f.in" >"$tmp/$f"
done
cp dist/irqkit-apply.path dist/irqkit-metrics.timer dist/60-irqkit.rules "$tmp"
# shellcheck disable=SC2016 # the shell that runs it expands this
printf '#!/bin/sh\necho "$*" >>"%s/called"\nexit "$(cat "%s/status")"\n' "$tmp" "$tmp" >"$tmp/irqkit"
chmod +x "$tmp/irqkit" "$tmp/ifup" "$tmp/networkmanager"

empty "nothing is left to replace" "$(grep -l '@[A-Z]*@' "$tmp"/irqkit* "$tmp"/ifup "$tmp"/networkmanager)"

# exposure FILE: as systemd-analyze has it, times 10
exposure() { systemd-analyze security --offline=true "$1" 2>/dev/null | sed -nE 's/.*exposure level[^:]*: ([0-9]+)\.([0-9]).*/\1\2/p'; }
if [ -n "$(exposure "$tmp/irqkit.service")" ]; then
	# irqbalance's own unit, as Debian 12 and 13 have it
	printf '%s\n' '[Service]' 'ExecStart=/bin/true' 'ReadOnlyPaths=/' 'ReadWritePaths=/proc/irq' \
		'RestrictAddressFamilies=AF_UNIX' 'RuntimeDirectory=irqbalance/' >"$tmp/balance.service"
	for unit in irqkit irqkit-apply irqkit-metrics; do
		ours=$(exposure "$tmp/$unit.service") theirs=$(exposure "$tmp/balance.service")
		check "$unit.service is less exposed than irqbalance by 1.0 ($ours and $theirs tenths)" \
			[ "$((ours + 10))" -le "$theirs" ]
	done
	empty "systemd accepts the units" "$(systemd-analyze verify --man=no "$tmp"/irqkit*.service "$tmp"/irqkit*.path 2>&1 | grep -F irqkit)"
else
	skip "exposure and syntax of the units" "no systemd-analyze that can do this"
fi
for unit in irqkit irqkit-apply; do
	check "$unit.service keeps the journal when it stops" grep -qx 'RuntimeDirectoryPreserve=yes' "$tmp/$unit.service"
	check "$unit.service can write below /proc and /sys" \
		[ "$(grep -cE "^(ProtectKernelTunables=(yes|true)|ProtectProc=|ProcSubset=|PrivateNetwork=(yes|true))" "$tmp/$unit.service")" = 0 ]
done
same "the file that udev makes is the one that is waited for, and removed before a run" \
	"$(sed -n 's/^PathExists=//p' "$tmp/irqkit-apply.path") 1" \
	"$(sed -nE 's/.*touch ([^"]*)".*/\1/p' "$tmp/60-irqkit.rules") $(grep -cxE "ExecStartPre=.* rm -f $(sed -n 's/^PathExists=//p' "$tmp/irqkit-apply.path")'" "$tmp/irqkit-apply.service")"
empty "irqkit-apply.service is skipped only where irqkit-apply.path is" \
	"$(grep '^Condition' "$tmp/irqkit-apply.service" | grep -vxF -f <(grep '^Condition' "$tmp/irqkit-apply.path"))"
same "irqkit.service starts only with a policy file" \
	"/etc/irqkit.d/*.conf /run/irqkit.d/*.conf /usr/lib/irqkit.d/*.conf" \
	"$(sed -n 's/^Condition[A-Za-z]*=|//p' "$tmp/irqkit.service" | xargs -d'\n')"
# The sockets that irqkit opens in these runs, and the sockets that the units allow.
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	{
		for command in "show --json" channels metrics "apply /dev/null" "doctor --for=0.1"; do
			# shellcheck disable=SC2086 # words
			strace -f -e trace=socket "$O/irqkit" $command 2>&1 >/dev/null
		done
		echo "socket(AF_UNIX: irqbalance and the service manager, which may not be here"
		echo "socket(AF_NETLINK: where there are interfaces"
	} | grep -oE 'socket\((AF|PF)_[A-Z0-9]+' | sed 's/.*_//; s/LOCAL/UNIX/' | sort -u >"$tmp/made"
	for unit in irqkit irqkit-apply irqkit-metrics; do
		sed -n 's/^RestrictAddressFamilies=//p' "$tmp/$unit.service" | tr ' ' '\n' | sed 's/^AF_//' | sort >"$tmp/allowed"
		same "$unit.service allows the sockets that irqkit makes, and no others" "$(cat "$tmp/made")" "$(cat "$tmp/allowed")"
	done
else
	skip "the units allow the sockets that irqkit makes, and no others" "no strace, or it cannot trace here"
fi
if command -v udevadm >/dev/null && udevadm verify --help >/dev/null 2>&1; then
	check "udev accepts the rule" udevadm verify --no-style "$tmp/60-irqkit.rules"
else
	skip "udev accepts the rule" "no udevadm verify"
fi

# called STATUS COMMAND...: how it ends if irqkit ends with STATUS, and what irqkit is told
called() {
	echo "$1" >"$tmp/status"
	shift
	rm -f "$tmp/called"
	"$@"
	echo "$? $(cat "$tmp/called" 2>/dev/null)"
}
for status in 0 3; do
	same "if-up.d: $status is success" "0 apply --quiet" "$(IFACE=eth0 called $status "$tmp/ifup")"
	same "dispatcher: $status is success" "0 apply --quiet" "$(called $status "$tmp/networkmanager" eth0 up)"
done
for status in 1 2; do
	same "if-up.d: $status is a failure" "1 apply --quiet" "$(IFACE=eth0 called $status "$tmp/ifup")"
	same "dispatcher: $status is a failure" "1 apply --quiet" "$(called $status "$tmp/networkmanager" eth0 up)"
done
same "if-up.d: not for lo" "0 " "$(IFACE=lo called 1 "$tmp/ifup")"
same "dispatcher: not when an interface goes down" "0 " "$(called 1 "$tmp/networkmanager" eth0 down)"
finish
