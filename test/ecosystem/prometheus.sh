#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `make check-ecosystem`: Prometheus and its node_exporter, as Debian has them, read what `irqkit
# metrics` writes. They listen on loopback, on ports that are free, and end with the test.
#
#	irqkit metrics --file=... --> node_exporter (textfile) --> Prometheus <-- queries
#	irqkit metrics --openmetrics --> a file server ----------------/
# shellcheck source=test/tap.sh
. "$(dirname "$0")/../tap.sh"
irqkit=$O/irqkit
node_exporter=$(command -v prometheus-node-exporter || command -v node_exporter)
for program in promtool prometheus "${node_exporter:-prometheus-node-exporter}" jq python3; do
	command -v "$program" >/dev/null && continue
	check "$program is installed" false
	echo "# 'sudo make deps-ecosystem' installs it"
	finish
	exit
done

# ---- the text, and the rules -------------------------------------------------------------

wrong='' n=0
for root in "$roots"/*/; do
	for more in '' '--full --per-queue --max-series=100000'; do
		# shellcheck disable=SC2086
		"$irqkit" metrics --root "$root" $more >"$tmp/text" 2>/dev/null || continue
		n=$((n + 1))
		complaint=$(promtool check metrics <"$tmp/text" 2>&1) && [ -z "$complaint" ] ||
			wrong+="$(basename "$root") $more: $complaint"$'\n'
	done
done
check "most roots have metrics" test "$n" -gt 180
empty "promtool accepts the metrics of each root" "$wrong"
for more in '' --per-queue --full; do
	# shellcheck disable=SC2086
	"$irqkit" metrics $more >"$tmp/text"
	same "promtool accepts those of this machine${more:+ with $more}" "0 " "$(promtool check metrics <"$tmp/text" >"$tmp/out" 2>&1; echo "$? $(cat "$tmp/out")")"
done
check "promtool accepts the rules" promtool check rules dist/prometheus/irqkit.rules.yml
check "the rules fire when they should" promtool test rules dist/prometheus/irqkit.rules.test.yml

# ---- the servers -------------------------------------------------------------------------

servers=()
end_servers() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null
	wait
	servers=()
}
trap 'end_servers; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1 * ${LIMIT_FACTOR:-1}))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# serve NAME COMMAND...: starts a server with a port of the kernel's choice; its address is in $address
serve() {
	local name=$1
	shift
	"$@" </dev/null >"$tmp/$name.log" 2>&1 &
	servers+=($!)
	until_true 30 grep -q 'istening on" address=' "$tmp/$name.log"
	address=$(sed -n 's/.*istening on" address=//p' "$tmp/$name.log" | head -n 1)
	check "$name listens" test -n "$address"
	[ -n "$address" ] || { tail -n 5 "$tmp/$name.log" | sed 's/^/# /'; finish; exit; }
}

mkdir "$tmp/textfile" "$tmp/open"
cat >"$tmp/server.py" <<'PY'
# Serves one file as OpenMetrics, as an exporter of its own would.
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = open(sys.argv[1], "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(text)

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print('"Listening on" address=127.0.0.1:%d' % server.server_port, flush=True)
server.serve_forever()
PY

# A machine that is read twice, two seconds apart, and whose CPU 1 is short of vectors. Of the packets that came
# between the two, CPU 0 got 40,000 and CPU 1 4,000: the busiest has 40,000 / 22,000 of the mean.
cp -R "$roots/two-samples-2cpu" "$tmp/root"
mkdir -p "$tmp/root/sys/kernel/debug/irq/domains"
printf ' | CPU | avl | man | mac | act | vectors\n     0   150     1     1   50  33\n     1    10     1     1  190  33\n' \
	>"$tmp/root/sys/kernel/debug/irq/domains/VECTOR"
metrics() { "$irqkit" metrics --root "$tmp/root" --state="$tmp/state" "$@"; }
metrics --file="$tmp/textfile/irqkit.prom"
cp -R "$tmp/root/proc.1/." "$tmp/root/proc"
"$irqkit" metrics --full --per-queue --openmetrics --file="$tmp/open/metrics"

serve node_exporter "$node_exporter" --web.listen-address=127.0.0.1:0 --collector.disable-defaults \
	--collector.textfile --collector.textfile.directory="$tmp/textfile"
exporter=$address
serve openmetrics python3 "$tmp/server.py" "$tmp/open/metrics"
cat >"$tmp/prometheus.yml" <<YML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["$PWD/dist/prometheus/irqkit.rules.yml"]
scrape_configs:
  - {job_name: node, static_configs: [{targets: ["$exporter"]}]}
  - {job_name: openmetrics, static_configs: [{targets: ["$address"]}]}
YML
check "the configuration is right" promtool check config "$tmp/prometheus.yml"
serve prometheus prometheus --web.listen-address=127.0.0.1:0 --config.file="$tmp/prometheus.yml" \
	--storage.tsdb.path="$tmp/tsdb" --storage.tsdb.wal-segment-size=10MB
api=http://$address

# query EXPRESSION: the values, one a line
query() { promtool query instant "$api" "$1" 2>&1 | sed -n 's/.* => \([^ ]*\) @.*/\1/p'; }
# value_is EXPRESSION VALUE
value_is() { [ "$(query "$1")" = "$2" ]; }
# becomes NAME EXPRESSION VALUE: a query has this value soon
becomes() {
	until_true 30 value_is "$2" "$3"
	same "$1" "$3" "$(query "$2")"
}
# get PATH: what the server answers to a request that promtool does not have
get() {
	exec 3<>"/dev/tcp/${address%:*}/${address##*:}" || return
	printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
	sed '1,/^\r$/d' <&3
	exec 3>&-
}

# ---- what Prometheus knows ---------------------------------------------------------------

becomes "node_exporter is scraped" 'up{job="node"}' 1
becomes "the text that irqkit wrote is read" 'node_textfile_scrape_error' 0
becomes "at the first run there is no imbalance" 'count(irqkit_device_imbalance_ratio{job="node"}) or vector(0)' 0

metrics --file="$tmp/textfile/irqkit.prom"
becomes "a query returns the imbalance by packets" 'irqkit_device_imbalance_ratio{job="node",device="eth0",weight="packets"}' 1.81818
becomes "and by time" 'irqkit_device_imbalance_ratio{job="node",device="eth0",weight="time"}' \
	"$(sed -n 's/^irqkit_device_imbalance_ratio{device="eth0",weight="time"} //p' "$tmp/textfile/irqkit.prom")"
becomes "counters began at 0 and grew" 'sum(irqkit_device_interrupts_total{job="node"})' 8000
becomes "every series of the file is there" 'count({__name__=~"irqkit_.+",job="node"})' "$(grep -vc '^#' "$tmp/textfile/irqkit.prom")"
same "a counter is one" counter "$(get '/api/v1/targets/metadata?metric=irqkit_device_interrupts_total' | jq -r '[.data[] | select(.target.job == "node").type] | unique | join(" ")')"
same "a gauge is one" gauge "$(get '/api/v1/targets/metadata?metric=irqkit_findings' | jq -r '[.data[] | select(.target.job == "node").type] | unique | join(" ")')"

same "all rules are loaded" "$(grep -cE '^ *- (alert|record):' dist/prometheus/irqkit.rules.yml)" "$(get /api/v1/rules | jq '[.data.groups[].rules[]] | length')"
all_are_good() { [ "$(get /api/v1/rules | jq -c '[.data.groups[].rules[].health] | unique')" = '["ok"]' ]; }
until_true 30 all_are_good
check "and can be evaluated" all_are_good
becomes "a rule takes the best measure" 'irqkit:device_imbalance:ratio{job="node"}' \
	"$(sed -n 's/^irqkit_device_imbalance_ratio{device="eth0",weight="time"} //p' "$tmp/textfile/irqkit.prom")"
becomes "an alert waits for its time" 'ALERTS{alertname="IrqVectorsNearlyUsedUp",alertstate="pending",cpu="1",job="node"}' 1

becomes "OpenMetrics is scraped" 'up{job="openmetrics"}' 1
becomes "with the CPUs of this machine" 'count(irqkit_cpu_interrupts_placed{job="openmetrics"})' "$(grep -c '^irqkit_cpu_interrupts_placed' "$tmp/open/metrics")"
same "a counter of OpenMetrics is one" counter "$(get '/api/v1/targets/metadata?metric=irqkit_device_interrupts' | jq -r '[.data[] | select(.target.job == "openmetrics").type] | unique | join(" ")')"

# the next file takes the place of the last one, in one step
"$irqkit" metrics --file="$tmp/textfile/irqkit.prom"
becomes "the next run's file is read" 'irqkit_moves_pending{job="node"} + on () group(irqkit_info{job="node"})' \
	"$(($(sed -n 's/^irqkit_moves_pending //p' "$tmp/textfile/irqkit.prom") + 1))"
becomes "and is this machine's" 'count(irqkit_cpu_interrupts_placed{job="node"})' "$(grep -c '^irqkit_cpu_interrupts_placed' "$tmp/textfile/irqkit.prom")"

end_servers
# left: the processes whose command lines name the folder of this test
left() {
	local file words
	for file in /proc/[0-9]*/cmdline; do
		mapfile -d '' -t words 2>/dev/null <"$file" || continue
		case ${words[*]} in *"$tmp"*) printf '%s\n' "${words[*]}" ;; esac
	done 2>/dev/null
}
empty "no server is left" "$(left)"
finish
