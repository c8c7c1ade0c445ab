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
	for change in 's/> 0.85/> 0.99/' 's/> 300000/> 500000/' 's/} > 3 and/} > 5 and/' 's/ratio_rate5m > 0.5$/ratio_rate5m > 0/' \
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
