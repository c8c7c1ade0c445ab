#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `irqkit metrics` writes is what Prometheus takes: on every root, each series is there once,
# after the help and the type of its metric, no label changes at a boot, and there are not too many.
# promtool checks the text and the rules of dist/prometheus; without it, that is skipped.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
irqkit=$O/irqkit

# odd FILE: lines that are not as they should be
odd() {
	awk '
		/^# HELP [a-z_]+ [A-Z].*\.$/ { helped[$3]++; if (helped[$3] > 1) print "twice: " $0; next }
		/^# TYPE [a-z_]+ (gauge|counter)$/ { type[$3] = $4; if (!helped[$3]) print "no help: " $0; next }
		!/^irqkit_[a-z_]+({([a-z_]+="([^"\\]|\\[\\"n])*",?)+})? [0-9.e+-]+$/ { print "no series: " $0; next }
		{ name = $1; sub(/{.*/, "", name); series = $0; sub(/ [^ ]*$/, "", series) }
		!(name in type) { print "no type: " $0 }
		(name ~ /_total$/) != (type[name] == "counter") { print "not its type: " $0 }
		seen[series]++ { print "twice: " $0 }
		/[{,]irq="/ { print "a number: " $0 }' "$1"
}

wrong='' much='' n=0
for root in "$roots"/*/; do
	name=$(basename "$root")
	"$irqkit" metrics --root "$root" >"$tmp/text" 2>/dev/null || continue
	n=$((n + 1))
	wrong+=$(odd "$tmp/text" | sed "s/^/$name: /")
	cpus=$(grep -c '^irqkit_cpu_interrupts_placed' "$tmp/text") devices=$(grep -c '^irqkit_device_info' "$tmp/text")
	[ "$(grep -vc '^#' "$tmp/text")" -le $((4 * cpus + 12 * devices + 40)) ] || much+="$name "
	"$irqkit" metrics --root "$root" --full --per-queue >"$tmp/text" 2>/dev/null
	wrong+=$(odd "$tmp/text" | sed "s/^/$name: /")
done
check "most roots have metrics" test "$n" -gt 80
empty "each series is there once, and is what its type says" "$wrong"
empty "there are at most 4 series for each CPU, 12 for each device, and 40" "$much"

# ---- a machine of 512 CPUs and 40 devices ------------------------------------------------
# All of them have load by interrupts, packets and time; some CPUs are isolated, some are short of vectors.
big=$tmp/big
test/make-root-512.sh "$big" 5
echo 500-511 >"$big/sys/devices/system/cpu/isolated"
mkdir -p "$big/proc/net" "$big/sys/kernel/debug/irq/domains"
echo '1000.00 1000.00' >"$big/proc/uptime"
awk 'BEGIN { for (c = 0; c < 512; c++) print "cpu" c " 10 0 10 80000 0 9000 10000 0 0 0"; print "intr 9000000" }' >"$big/proc/stat"
awk 'BEGIN { for (c = 0; c < 512; c++) printf "00010000 00000000 00000000 0 0 0 0 0 0 00000000 00000000 00000000 %08x\n", c }' \
	>"$big/proc/net/softnet_stat"
awk 'BEGIN { for (d = 0; d < 40; d++) for (q = 0; q < 8; q++) print "eth" d " qstats rx " q " " 90000 * (q + 1) }' >"$big/proc/net/queue_packets"
awk 'BEGIN { print " | CPU | avl | man | mac | act | vectors"
	for (c = 0; c < 512; c++) print "  ", c, c % 32 ? 150 : 40, 1, 1, c % 32 ? 50 : 160, " 33-44" }' >"$big/sys/kernel/debug/irq/domains/VECTOR"
for eth in "$big"/sys/devices/pci*/*/net/*; do
	for q in {0..7}; do echo 0 >"$eth/queues/rx-$q/rps_cpus" && echo 0 >"$eth/queues/tx-$q/xps_cpus"; done
done
"$irqkit" metrics --root "$big" >"$tmp/text"
same "each of 40 devices has all its series" "40 40 40 120 80 40 40 40 40" "$(for name in info interrupts_total remote_interrupts_total \
	imbalance_ratio queues cpus_used cpus_usable rps_cpus xps_cpus; do grep -c "^irqkit_device_$name{" "$tmp/text"; done | xargs)"
same "each of 512 CPUs has its series" "512 512 12 16" "$(for name in interrupts_total interrupts_placed isolated vectors_free_ratio; do
	grep -c "^irqkit_cpu_$name{" "$tmp/text"; done | xargs)"
check "there are findings, and few series of them" eval "[ \$(grep -c '^irqkit_findings{' '$tmp/text') -ge 2 ] && [ \$(grep -c '^irqkit_findings{' '$tmp/text') -le 20 ]"
check "512 CPUs and 40 devices have at most 2,000 series, and most of these" \
	eval "n=\$(grep -vc '^#' '$tmp/text'); echo \$n; [ \$n -le 2000 ] && [ \$n -ge 1500 ]"

# OpenMetrics: the same series; families of counters without the end of the name
"$irqkit" metrics --root "$roots/queues-8cpu" --full --per-queue >"$tmp/text"
"$irqkit" metrics --root "$roots/queues-8cpu" --full --per-queue --openmetrics >"$tmp/open"
same "OpenMetrics has the same series" "$(grep -v '^#\|duration' "$tmp/text")" "$(grep -v '^#\|duration' "$tmp/open")"
same "it ends with EOF" "# EOF" "$(tail -n 1 "$tmp/open")"
empty "its families have no _total" "$(grep '^# [A-Z]* [a-z_]*_total ' "$tmp/open")"

if command -v promtool >/dev/null; then
	for root in queues-8cpu odd-names isolated-16cpu xen-6.1-dom0 linux-6.1-512cpu empty-in-container; do
		"$irqkit" metrics --root "$roots/$root" --full --per-queue >"$tmp/text" 2>/dev/null || [ "$root" = empty-in-container ]
		check "promtool accepts the metrics of $root" eval "promtool check metrics <'$tmp/text' >'$tmp/out' 2>&1 && [ ! -s '$tmp/out' ]"
	done
	check "promtool accepts those of this machine" eval "'$irqkit' metrics | promtool check metrics"
	check "promtool accepts the rules" promtool check rules dist/prometheus/irqkit.rules.yml
	check "the rules fire when they should" promtool test rules dist/prometheus/irqkit.rules.test.yml
	# a rule test that cannot fail would be none: with other thresholds it fails
	cp dist/prometheus/* "$tmp"
	for change in 's/> 0.85/> 0.99/' 's/> 300000/> 500000/' 's/:ratio > 3 and/:ratio > 5 and/' 's/< 0.1$/< 0.2/' 's/weight="packets"}/weight="time"}/' 's/weight="time"}/weight="none"}/' 's/ratio_rate5m > 0.5$/ratio_rate5m > 0/' \
		's/state="drifted"} > 0/state="drifted"} > 5/' 's/movable="true"} *\[10m/movable="false"}[10m/' 's/> 600$/> 6000/'; do
		sed "$change" dist/prometheus/irqkit.rules.yml >"$tmp/irqkit.rules.yml"
		check "they do not with $change" eval "! cmp -s '$tmp/irqkit.rules.yml' dist/prometheus/irqkit.rules.yml &&
			! promtool test rules '$tmp/irqkit.rules.test.yml' >/dev/null 2>&1"
	done
else
	skip "promtool accepts the metrics and the rules" "no promtool"
fi
same "the rules use only metrics that there are" "" "$(
	grep -ohE '\birqkit_[a-z_]+' dist/prometheus/irqkit.rules.yml | sort -u |
		while read -r name; do grep -q "\"$name\"" cmd/metrics/series.c || echo "$name"; done)"
same "irqkit-metrics(8) lists every metric" \
	"$(grep -ohE '"irqkit_[a-z_]+"' cmd/metrics/*.c | tr -d '"' | sort -u)" \
	"$(grep -oE '^\.It Li irqkit_[a-z_]+' man/irqkit-metrics.8 | sed 's/.* //' | sort -u)"
finish
