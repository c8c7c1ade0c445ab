#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-deb
# limit: 900
# long
# The Debian package where systemd runs: it starts only with a policy file, an upgrade restarts it and
# undoes nothing, a removal stops it, and after a purge only the administrator's policy file is left.
. /vm/systemd.sh
dpkg=/usr/bin/dpkg # not that of busybox
files() {
	/usr/bin/find / -xdev \( -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /tmp -o -path /vm \) -prune \
		-o ! -type d -print -o -path '*irqkit*' -print | sort
}
journal() { irqkit undo --list --json | jq -c '[.journal[] | select((.undone or .undoes) | not) | .number]'; }
active() { [ "$(systemctl is-active "$1")" = active ]; }
pid() { systemctl show -P MainPID irqkit.service; }
state() { systemctl is-enabled irqkit.service irqkit-apply.service irqkit-metrics.timer | xargs; }
files >before

status 0 $dpkg --install /vm/packages/this/*.deb
eq "$(state)" 'enabled disabled disabled' 'enabled units'
eq "$(systemctl is-active irqkit.service irqkit-apply.path irqkit-metrics.timer | xargs)" 'inactive inactive inactive' 'units without a policy'
eq "$(failed)" '' 'failed units'
status 0 irqkit show
status 0 $dpkg --verify irqkit libirqkit0

cp /vm/50-network.conf /etc/irqkit.d/50-mine.conf
systemctl start irqkit.service
settled start
active irqkit.service || fail "$(systemctl status irqkit.service)"
systemctl enable --now irqkit-metrics.timer
active irqkit-metrics.timer || fail 'irqkit-metrics.timer does not run'
changed=$(journal)
[ "$changed" != '[]' ] || fail 'nothing can be undone'
started=$(pid)

status 0 $dpkg --install /vm/packages/next/*.deb
until_ok 20 active irqkit.service || fail "$(systemctl status irqkit.service)"
[ "$(pid)" != "$started" ] || fail 'an upgrade must restart the daemon'
settled upgrade
eq "$(journal)" "$changed" 'the changes that can be undone after an upgrade'
eq "$(mask_of lan1 rx-0)" 20 'rps_cpus of lan1 after an upgrade'
active irqkit-metrics.timer || fail 'an upgrade must not stop irqkit-metrics.timer'
eq "$(state)" 'enabled disabled enabled' 'enabled units after an upgrade'

# What the metrics leave, once node_exporter has its folder.
mkdir -p /var/lib/prometheus/node-exporter
status 0 systemctl start irqkit-metrics.service
grep -q '^irqkit_' /var/lib/prometheus/node-exporter/irqkit.prom || fail 'no metrics'

status 0 $dpkg --remove irqkit
eq "$(systemctl is-active irqkit.service irqkit-metrics.timer | xargs)" 'inactive inactive' 'units after a removal'
eq "$(mask_of lan1 rx-0)" 20 'rps_cpus of lan1 after a removal'
[ ! -e /var/lib/prometheus/node-exporter/irqkit.prom ] || fail 'metrics are left after a removal'
[ -d /run/irqkit ] || fail 'a removal must keep the journal'

# Installed again, it goes on, and the journal is the old one.
status 0 $dpkg --install /vm/packages/next/*.deb
settled 'installed again'
eq "$(journal)" "$changed" 'the changes that can be undone after a removal'
systemctl stop irqkit.service
while [ "$(journal)" != '[]' ]; do
	status 0 irqkit undo
done
eq "$(mask_of lan1 rx-0)" 00 'rps_cpus of lan1 after undo'

status 0 $dpkg --purge irqkit libirqkit0
eq "$(systemctl is-active irqkit.service | xargs)" inactive 'the daemon after a purge'
files >after
{ cat before && printf '%s\n' /etc/irqkit.d /etc/irqkit.d/50-mine.conf; } | sort >wanted
same after wanted
[ ! -e /run/irqkit ] || fail '/run/irqkit is left after a purge'
eq "$(failed)" '' 'failed units'
