#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The report of irqkit-check(8) on many hosts: its commands, as they stand in the page, are run on
# saved machines. ssh is one that runs irqkit on the machine that is named.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir "$tmp/bin" "$tmp/fleet" "$tmp/desk"
cat >"$tmp/bin/ssh" <<'W'
#!/bin/sh
# ssh -n HOST irqkit COMMAND...
cd "$FLEET/$2" 2>/dev/null || { echo "ssh: Could not resolve hostname $2" >&2; exit 255; }
shift 3
exec "$REAL_IRQKIT" "$1" --root . "$2"
W
# In plain columns where there is no column(1).
command -v column >/dev/null || printf '#!/bin/sh\nexpand -t 12,24,36\n' >"$tmp/bin/column"
chmod +x "$tmp/bin/"*
export REAL_IRQKIT=$O/irqkit FLEET=$tmp/fleet PATH=$tmp/bin:$PATH

# recipe N: the Nth block of commands after .\" fleet, as a reader of the page sees it
recipe() {
	awk -v n="$1" '/^\.\\" fleet$/ { i++; next } i != n { next } /^\.Ed/ { exit } !/^\./' man/irqkit-check.8 |
		sed 's/\\e/\\/g'
}
same "the page has two of them" 2 "$(grep -cxF '.\" fleet' man/irqkit-check.8)"

# host NAME ROOT POLICY: applied
host() {
	cp -RP "$roots/$2" "$tmp/fleet/$1"
	chmod -R u+w "$tmp/fleet/$1"
	mkdir -p "$tmp/fleet/$1/etc/irqkit.d"
	printf '%b\n' "$3" >"$tmp/fleet/$1/etc/irqkit.d/50-site.conf"
	(cd "$tmp/fleet/$1" && "$O/irqkit" apply -q --root .)
}
host web1 xen-4.9-domu-8cpu 'set eth1 --cpus=1\nrps eth1 --auto'
host db1 linux-6.1-16cpu 'spread eth0'
host gone queues-8cpu 'rps eth1 --cpus=1-3\nset eth2:rx-0 --cpus=5\nset eth2:rx-1 --cpus=6'
host typo queues-8cpu 'rps eth1 --cpus=1-3'
host pi rpi4-4cpu 'rps eth0 --cpus=2-3'
# What happens to them: one CPU moved, a setting lost and a device gone, a mistake, and no answer.
"$O/irqkit" set eth1 --cpus=7 -q --root "$tmp/fleet/web1"
echo 'rsp eth1 --auto' >>"$tmp/fleet/typo/etc/irqkit.d/50-site.conf"
"$O/irqkit" rps eth1 --cpus=2 -q --root "$tmp/fleet/gone"
"$O/irqkit" set eth2:rx-1 --cpus=2 -q --root "$tmp/fleet/gone"
echo 'set eth9 --cpus=1' >>"$tmp/fleet/gone/etc/irqkit.d/50-site.conf"
printf '%s\n' web1 db1 gone typo nowhere pi >"$tmp/desk/hosts"
collect=$(recipe 1) report=$(recipe 2)
# desk COMMANDS: run where the file hosts is
desk() { (cd "$tmp/desk" && bash -o pipefail -c "$1" 2>"$tmp/errors"); }

desk "$collect"
result $? "documents are collected, also from hosts that do not answer" "$(cat "$tmp/errors")"
same "each host has a line" "$(sort "$tmp/desk/hosts")" "$(jq -r .host "$tmp/desk/fleet.json" | sort)"
check "a host says why it has no document" grep -q "unknown command 'rsp'" "$tmp/errors"
same "the report has all hosts, the worst first" "$(cat <<'E'
HOST POLICY DIFFER WHAT
typo unknown
nowhere unknown
web1 differs 1 of 2 eth1
gone differs 2 of 3 eth1:rx-0, eth2-TxRx-1, no eth9
db1 in force 0 of 9
pi in force 0 of 1
E
)" "$(desk "$report" | tr -s ' ' | sed 's/ $//')"

# After a repair, only those are left that cannot be checked.
for h in web1 gone; do
	sed -i '/eth9/d' "$tmp/fleet/$h/etc/irqkit.d/50-site.conf"
	(cd "$tmp/fleet/$h" && "$O/irqkit" apply -q --root .)
done
same "what is repaired is in force" "db1 gone pi web1" "$(desk "$collect
$report" | awk '/in force/ { print $1 }' | sort | paste -sd' ')"
rule=$(sed -n '/the rule$/,/^of$/s/^\.Li //p' man/irqkit-check.8)
check "the alert that the page names is a rule" grep -qx " *- alert: $rule" dist/prometheus/irqkit.rules.yml
finish
