#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# A policy file, applied at boot by a line of rc.local: no terminal, no environment. check finds no
# difference, a second run writes nothing; a setting that is changed by hand is found, with its line.
dev=eth0
[ "$ROLE" = guest ] || dev=$(link 1)
umask 022
queue=/sys/class/net/$dev/queues
settings() {
	grep . /proc/irq/[0-9]*/smp_affinity "$queue"/rx-*/rps_* "$queue"/tx-*/xps_* \
		/proc/sys/net/core/rps_sock_flow_entries 2>/dev/null || :
}
settings >start
mkdir -p /etc/irqkit.d
trap 'rm -rf /etc/irqkit.d; while irqkit undo -q 2>/dev/null; do :; done' EXIT
cat >/etc/irqkit.d/50-network.conf <<E
# queues first, then what follows them
spread $dev
rps $dev --auto
rps $dev --flows=512
xps $dev --auto
-pin-queue no-such-device all=0
E
cat >rc.local <<'E'
#!/bin/sh -e
irqkit apply -q
exit 0
E
path=$(command -v irqkit)
got=0
env -i PATH="${path%/*}:/bin:/sbin:/usr/bin:/usr/sbin" setsid sh rc.local </dev/null >out 2>&1 || got=$?
eq "$got" 0 "exit status ($(cat out))"
eq "$(wc -c <out | tr -d ' ')" 0 'bytes of output'
eq "$(irqkit undo --list --json | jq '[.journal[] | select(.undone | not)] | length')" 1 'changes, for one undo'
status 0 irqkit check || fail "check after apply: $(cat out err)"
irqkit apply --json >json || fail "apply again: exit status $?"
eq "$(jq -r .changed json)" false 'changed the second time'

# by hand
before=$(cat "$queue/rx-0/rps_flow_cnt")
echo 64 >"$queue/rx-0/rps_flow_cnt"
[ "$before" != "$(cat "$queue/rx-0/rps_flow_cnt")" ] || echo 32 >"$queue/rx-0/rps_flow_cnt"
got=0
irqkit check --json >json || got=$?
eq "$got" 5 'exit status of check'
eq "$(jq -c '[.differences[] | [.path, .file, .line]]' json)" \
	"[[\"$queue/rx-0/rps_flow_cnt\",\"/etc/irqkit.d/50-network.conf\",4]]" 'differences'
got=0
irqkit check --nagios >out || got=$?
eq "$got" 1 'exit status of check --nagios'
irqkit apply -q || fail "apply: exit status $?"
eq "$(cat "$queue/rx-0/rps_flow_cnt")" "$before" 'the size of the flow table'
status 0 irqkit check
# undo gives back what was written by hand; by hand it is put right again, for the last undo
status 0 irqkit undo
[ "$(cat "$queue/rx-0/rps_flow_cnt")" != "$before" ] || fail 'the flow table, after undo'
echo "$before" >"$queue/rx-0/rps_flow_cnt"
status 0 irqkit check

# one more line, and a mistake in another file: nothing is written
echo 'spread --cpu=1' >/etc/irqkit.d/60-wrong.conf
status 2 irqkit apply
grep -q '60-wrong.conf:1: ' err || fail "$(cat err)"
# others can write to it
echo 'spread' >/etc/irqkit.d/60-wrong.conf
chmod o+w /etc/irqkit.d/60-wrong.conf
status 2 irqkit apply
# hidden by a link
ln -sf /dev/null /etc/irqkit.d/60-wrong.conf
status 0 irqkit check
status 0 irqkit undo
settings >end
same end start
