# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# What checks are written with. A check is a shell script, run by busybox sh -eu as root in an
# empty folder of its own; it fails when a command does, or when it says so with these.

fail() {
	echo "$*"
	exit 1
}

# This check has nothing to look at on this machine.
skip() {
	echo "$*"
	exit 77
}

# eq GOT WANTED [WHAT]
eq() {
	[ "$1" = "$2" ] || fail "${3:-value}: got '$1', wanted '$2'"
}

# same FILE WANTED: two files are the same; if not, shows the difference.
same() {
	diff -u "$2" "$1" || fail "$1 is not as $2"
}

# status WANTED COMMAND...: the command ends with that exit status; its output to ./out and ./err.
status() {
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || {
		cat out err
		fail "exit status $got, not $wanted: $*"
	}
}

# until_ok SECONDS COMMAND...: tries until it succeeds, in a shell of its own, which a `fail` ends;
# fails when it never does.
until_ok() {
	local tries=$(($1 * 5))
	shift
	until ("$@") >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		usleep 200000
	done
}

# show OPTION...: irqkit show --json, to ./json.
show() {
	irqkit show --json "$@" >json || fail "irqkit show --json $*: exit status $?"
	jq -e . json >/dev/null || fail "irqkit show --json $*: not JSON"
}

# shown IRQ FILTER: what ./json says of that interrupt.
shown() {
	jq -r ".interrupts[] | select(.irq == $1) | $2" json
}

# counts: /proc/interrupts as lines "LABEL CPU COUNT", and for the whole row "LABEL total COUNT".
# It is read again when a CPU came or went meanwhile.
counts() {
	awk '
	NR == 1 { for (n = 1; n <= NF; n++) cpu[n] = substr($n, 4); n = NF; next }
	{
		sub(/^ */, ""); label = $0; sub(/:.*/, "", label); sub(/^[^:]*:/, "")
		total = 0
		for (i = 1; i <= n && $i ~ /^[0-9]+$/; i++) total += $i
		if (i > n) for (k = 1; k <= n; k++) print label, cpu[k], $k
		print label, "total", total
	}' /proc/interrupts
}

# between BEFORE SHOWN AFTER: "NAME... COUNT" lines; every name in BEFORE and AFTER is in SHOWN,
# with a count from that before to that after, and no other is.
between() {
	awk '
	{ count = $NF; NF--; name = $0 }
	FILENAME == ARGV[1] { before[name] = count; next }
	FILENAME == ARGV[2] { shown[name] = count; next }
	{
		after[name] = count
		if (!(name in before)) next
		if (!(name in shown)) { print name ": not shown"; bad = 1; next }
		if (shown[name] < before[name] || shown[name] > count) {
			print name ": " shown[name] " shown, but " before[name] " before and " count " after"
			bad = 1
		}
	}
	END {
		for (name in shown)
			if (!(name in before) && !(name in after)) { print name ": not there"; bad = 1 }
		exit bad
	}' "$1" "$2" "$3" || fail "what is shown is not what there is"
}

# knobs_written TRACE: what strace saw opened for writing below /proc and /sys.
knobs_written() {
	grep -E 'O_WRONLY|O_RDWR|creat\(' "$1" | grep -E '"/?(proc|sys)/' || :
}

# needs_moves_at_once: skips the check where a new affinity under Xen waits for the next event.
needs_moves_at_once() {
	case $(uname -r) in
	5.10.*) skip 'before Linux 5.11 an event channel moves with its next event' ;;
	esac
}

# numbered: the interrupts that have a number and a row.
numbered() {
	sed -n 's/^ *\([0-9][0-9]*\):.*/\1/p' /proc/interrupts
}

# irq_of NAME: the number of the interrupt with exactly that action.
irq_of() {
	local dir actions
	for dir in /sys/kernel/irq/*; do
		read -r actions <"$dir/actions" || continue
		case ,$actions, in
		*,"$1",*) echo "${dir##*/}" && return ;;
		esac
	done 2>/dev/null
	fail "no interrupt of $1"
}

# total_of IRQ: how often it came, on all CPUs together.
total_of() {
	counts | awk -v label="$1" '$1 == label && $2 == "total" { print $3 }'
}

# link N: the name of the machine's Nth network interface (1 to 3).
link() {
	local dir address
	for dir in /sys/class/net/*; do
		read -r address <"$dir/address" || continue
		case $address in
		*:00:00:0"$1") echo "${dir##*/}" && return ;;
		esac
	done 2>/dev/null
	fail "no network interface $1"
}

# peer COMMAND: runs it in the other Xen domain; its output and exit status.
peer() {
	printf '( %s\n) </dev/null 2>&1\necho @@peer $?\nexit\n' "$*" | nc -w 300 "$PEER" 2323 | awk '
	/@@peer [0-9]+$/ { status = $NF; seen = 1; sub(/@@peer.*/, ""); if ($0 != "") print; exit }
	{ print; fflush() }
	END { exit seen ? status : 125 }'
}

# traffic DEV [QUEUE]: interrupts of DEV, of that queue alone or of all of them, count up by
# dozens; returns when that is over.
#
# Plain Linux: pings to the world outside by way of that transmit queue; the replies come by the
# receive queue of the same number. Xen: packets out of that queue of both ends, one after the
# other, so that both its interrupts come on at least one side (README.md).
traffic() {
	if [ "$ROLE" = linux ]; then
		pings "$@"
	else
		burst "$@"
		peer_burst_came "${2-}"
	fi
}

# peer_burst_came [QUEUE]: again, up to three times, if the other end's packets got lost.
peer_burst_came() {
	local before
	for _ in 1 2 3; do
		before=$(came_by_queue "${1-}")
		peer_burst "${1-}"
		[ $(($(came_by_queue "${1-}") - before)) -lt 20 ] || return 0
	done
}

# came_by_queue [QUEUE]: how many interrupts came for that queue of Xen's interfaces, or for all.
came_by_queue() {
	awk -v name="-q${1:-[0-9]+}-[rt]x$" '
		NR == 1 { cpus = NF }
		$NF ~ name { for (i = 2; i <= cpus + 1; i++) sum += $i }
		END { print sum + 0 }' /proc/interrupts
}

# peer_burst [QUEUE]: from the other end.
peer_burst() {
	peer ". /vm/env; . /vm/lib.sh; burst $PEER_DEV ${1-}"
}

# stream DEV SECONDS: interrupts of all queues of DEV come for so long, of each at the same rate
# (Xen: those of what the other end sends).
stream() {
	start_stream "$1"
	sleep "$2"
	end_stream
}

# What end_stream ends.
stream_pids=''

# start_stream DEV: the same until end_stream, or until the check is over. A check's shell has one at
# a time; another one is a subshell's.
start_stream() {
	local queue
	stream_pids=''
	if [ "$ROLE" != linux ]; then
		: >streaming
		while [ -e streaming ] && peer_burst; do :; done &
		stream_pids=$!
		return
	fi
	for queue in /sys/class/net/"$1"/queues/tx-*; do
		route_by "$1" "${queue##*-}"
		taskset -c "$route_cpu" ping -q -i 0.01 "$route_to" >/dev/null &
		stream_pids="$stream_pids $!"
	done
}

# end_stream
end_stream() {
	if [ "$ROLE" != linux ]; then
		rm -f streaming
	else
		# shellcheck disable=SC2086 # numbers
		kill $stream_pids 2>/dev/null || :
	fi
	# shellcheck disable=SC2086 # numbers
	[ -z "$stream_pids" ] || wait $stream_pids || :
	stream_pids=''
}

# pings DEV [QUEUE]
pings() {
	local queue
	for queue in /sys/class/net/"$1"/queues/tx-*; do
		case ${2-${queue##*-}} in "${queue##*-}") ;; *) continue ;; esac
		ping_by "$1" "${queue##*-}" -A -c 60 -w 20 || fail "no reply by queue ${queue##*-}"
	done
}

# ping_by DEV QUEUE OPTION...: to the world outside
ping_by() {
	route_by "$1" "$2"
	shift 2
	taskset -c "$route_cpu" ping -q "$@" "$route_to" >/dev/null
}

# route_by DEV QUEUE: sets route_to, an address, and route_cpu, a CPU that sends by that queue.
route_by() {
	route_cpu=$(cpu_of_mask "$(cat "/sys/class/net/$1/queues/tx-$2/xps_cpus" 2>/dev/null)")
	route_to=$(ip -4 addr show dev "$1" | sed -n 's/.*inet \([0-9.]*\)\.2\/.*/\1/p').1
}

# cpu_of_mask HEX: the last CPU online in it (or the first CPU there is).
cpu_of_mask() {
	local chosen='' dir cpu
	for dir in /sys/devices/system/cpu/cpu[0-9]*; do
		cpu=${dir##*/cpu}
		[ "$(cat "$dir/online" 2>/dev/null)" != 0 ] || continue
		: "${chosen:=$cpu}"
		[ $((0x0${1##*,} >> cpu & 1)) = 0 ] || chosen=$cpu
	done
	echo "$chosen"
}

# queues DEV: how many transmit queues it has.
queues() {
	set -- "/sys/class/net/$1/queues"/tx-*
	echo $#
}

# burst DEV [QUEUE]: 150 packets from inside the kernel, to nobody, from one queue or each. They
# leave 3 ms apart: a busy emulator would serve more at a time with one interrupt for all.
burst() {
	local last thread word
	last=${2-$(($(queues "$1") - 1))}
	modprobe pktgen
	set -- "$1" "${2-0}" /proc/net/pktgen/kpktgend_*
	thread=$3
	echo rem_device_all >"$thread"
	echo "add_device $1" >"$thread"
	for word in "count $((150 * (last - $2 + 1)))" "pkt_size 100" "delay 3000000" \
		"dst 198.51.100.2" "dst_mac 02:00:00:00:00:99" "queue_map_min $2" "queue_map_max $last"; do
		echo "$word" >"/proc/net/pktgen/$1"
	done
	echo start >/proc/net/pktgen/pgctrl
	echo rem_device_all >"$thread"
}

# by_rps: packets that CPUs got by RPS, on all CPUs since boot.
by_rps() {
	softnet 10
}

# softnet FIELD: the sum of that field of /proc/net/softnet_stat, which is in hex. The first is how
# many packets were processed.
softnet() {
	awk -v field="$1" '{ n = 0; for (i = 1; i <= 8; i++)
			n = n * 16 + index("0123456789abcdef", substr($field, i, 1)) - 1
		sum += n } END { print sum + 0 }' /proc/net/softnet_stat
}

# flood DEV TO WORD...: 200 packets of one flow on tx-0 of DEV, to the address of interface TO (or
# that address itself), with these words for the packet generator. Prints how many RPS handed over.
flood() {
	local dev=$1 to=$2 thread=/proc/net/pktgen/kpktgend_0 before sent now last word
	shift 2
	modprobe pktgen
	[ ! -e "/sys/class/net/$to" ] || to=$(cat "/sys/class/net/$to/address")
	echo rem_device_all >$thread
	echo "add_device $dev" >$thread
	for word in 'count 200' 'pkt_size 100' 'delay 100000' 'dst 10.9.9.2' "dst_mac $to" "$@"; do
		echo "$word" >"/proc/net/pktgen/$dev"
	done
	before=$(by_rps)
	sent=$(($(softnet 1) + 200))
	echo start >/proc/net/pktgen/pgctrl
	# until all are processed, and no more are, for 5 seconds at most
	now=0 last=0
	for _ in $(seq 50); do
		[ "$now" -lt "$sent" ] || [ "$now" != "$last" ] || break
		usleep 100000
		last=$now now=$(softnet 1)
	done
	echo rem_device_all >$thread
	echo $(($(by_rps) - before))
}

# blocked: what the kernel does for the processes that wait for it, and what it has said lately.
blocked() {
	local stat line name
	for stat in /proc/[0-9]*/stat; do
		read -r line <"$stat" || continue
		name=${line#*\(}
		case ${line##*)} in ' '[DR]' '*) ;; *) continue ;; esac
		echo "${line%% *} ${name%)*}:${line##*)}"
		cat "${stat%/stat}/stack" || :
	done 2>/dev/null
	echo w >/proc/sysrq-trigger
	dmesg | tail -n 60
}

# rx_of DEV: packets that it has received.
rx_of() {
	cat "/sys/class/net/$1/statistics/rx_packets"
}
