#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-systemd*
# long
# Stop, start, restart, upgrade and a crash undo nothing and lose nothing: irqkit undo gives back what
# was there before the first start.
. /vm/systemd.sh
journal() { irqkit undo --list --json | jq -c '[.journal[] | select((.undone or .undoes) | not) | .number]'; }
kept() {
	status 0 irqkit check
	eq "$(mask_of lan1 rx-0)" 20 "$1: rps_cpus of lan1"
	eq "$(journal)" "$before" "$1: the changes that can be undone"
}
active() { [ "$(systemctl is-active "$ENABLED")" = active ]; }
trap 'systemctl start "$ENABLED"' EXIT
settled start
before=$(journal)
[ "$before" != '[]' ] || fail 'nothing can be undone'

systemctl stop "$ENABLED"
kept stop
systemctl start "$ENABLED"
settled start
kept start
systemctl restart "$ENABLED"
settled restart
kept restart

# as a package does it
cp /usr/sbin/irqkit /usr/sbin/irqkit.new
mv /usr/sbin/irqkit.new /usr/sbin/irqkit
systemctl daemon-reload
systemctl try-restart "$ENABLED"
settled upgrade
kept upgrade
if [ "$ENABLED" = irqkit.service ]; then
	active || fail "$(systemctl status irqkit.service)"
	pid=$(systemctl show -P MainPID irqkit.service)
	kill -9 "$pid"
	until_ok 20 sh -c "[ \"\$(systemctl show -P MainPID irqkit.service)\" != $pid ]"
	until_ok 20 active || fail "$(systemctl status irqkit.service)"
	settled 'kill -9'
	kept 'kill -9'
	echo '-rps lan1 --cpus=6' >/etc/irqkit.d/60-more.conf
	systemctl reload irqkit.service
	until_ok 20 grep -qx 40 /sys/class/net/lan1/queues/rx-0/rps_cpus || fail 'reload'
	rm /etc/irqkit.d/60-more.conf
	systemctl reload irqkit.service
	settled reload
fi

systemctl stop "$ENABLED"
while [ "$(journal)" != '[]' ]; do
	status 0 irqkit undo
done
eq "$(mask_of lan1 rx-0)" 00 'rps_cpus of lan1 after undo'
systemctl start "$ENABLED"
settled 'start after undo'
eq "$(mask_of lan1 rx-0)" 20 'rps_cpus of lan1'
eq "$(failed)" '' 'failed units'
