# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# A machine whose first process is systemd: systemd-networkd gives the links their addresses.
start() {
	until_ok 60 booted || {
		systemctl list-jobs
		systemctl --failed
		return 1
	}
}

# booted: no job of the boot is left, except this one.
booted() {
	[ -z "$(systemctl list-jobs --no-legend)" ] || return 1
	for n in $LINKS; do
		ping -q -c 1 -W 1 "10.77.$n.1" || return 1
	done
}

busy() {
	for n in $LINKS; do
		traffic "$(link "$n")"
	done
}

# failed: the units of irqkit that have failed.
failed() {
	systemctl list-units --failed --plain --no-legend 'irqkit*'
}

# mask_of DEV QUEUE: the CPUs that RPS may use, in hex.
mask_of() {
	cat "/sys/class/net/$1/queues/$2/rps_cpus"
}

# settled WHAT: soon, no setting differs from the policy.
settled() {
	local begun
	begun=$(cut -d' ' -f1 /proc/uptime)
	until_ok 40 irqkit check --quiet || {
		irqkit check || :
		irqkit show lan1 lan3 || :
		journalctl -b -o short-monotonic --no-hostname -n 40 -u "irqkit*" -u init.scope
		fail "$1: the settings differ from the policy"
	}
	echo "# $1: after $(echo "$begun $(cut -d' ' -f1 /proc/uptime)" | awk '{ print $2 - $1 }') s"
}
