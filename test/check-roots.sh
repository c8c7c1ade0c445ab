#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Saved machines as text: what is unpacked and packed again is the same, also with odd names and
# bytes; what cannot be read is refused, with its line; capture.sh saves this machine.
# takes: 20 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
unpack=$O/build/test/tool/unpack
trap 'chmod -R u+rwX "$tmp"; rm -rf "$tmp"' EXIT

# pack DIR [SHELL...]
pack() {
	local dir=$1
	shift
	"${@:-sh}" test/capture.sh --pack "$dir"
}

# A mode of 0000 keeps tar from reading, but not root.
unreadable=''
[ "$(id -u)" -eq 0 ] || unreadable=1

# again FILE: unpacked and packed, it is the same but for comments
again() {
	rm -rf "$tmp/again"
	"$unpack" -t "$tmp/again" "$1" || return
	pack "$tmp/again" >"$tmp/again.root" || return
	grep -v '^#' "$1" | diff - "$tmp/again.root"
}

check "all roots can be unpacked by one command" "$unpack" "$tmp/all" test/roots/*.root
for file in test/roots/*.root; do
	name=$(basename "$file" .root)
	if [ -n "$unreadable" ] && grep -q '\[0000\]' "$file"; then
		skip "$name is the same when unpacked and packed" "it has unreadable files, and this is not root"
	else
		check "$name is the same when unpacked and packed" again "$file"
	fi
done
empty "no root holds a link that leads out of it" "$(
	find "$tmp/all" -type l -printf '%P %l\n' | while read -r path to; do
		root=$tmp/all/${path%%/*} folder=$(dirname "$tmp/all/$path")
		case $to in /*) continue ;; esac # means the top of the root
		case $(realpath -ms "$folder/$to")/ in "$root"/*) ;; *) echo "$path -> $to" ;; esac
	done
)"

# ---- odd names and bytes -------------------------------------------------------------------
cat >"$tmp/every-form.root" <<'R'
# a comment

line: TEXT: "quoted", \n is not an escape, -> <<
spaces:   1 
blank:
nothing (empty)
lines <<
	a
	
		b: c
no-newline = "a"
bytes = "\x00\x01\t\n\\\"\xff\n"
read-only [0444]: x
all [0640] <<
	x
	y
link -> ../elsewhere/that is not there
empty/folder/
[0444]: a name
a:b/c:d: colons
R
mkdir -p "$tmp/expected/empty/folder" "$tmp/expected/a:b"
(
	cd "$tmp/expected" || exit 1
	printf '%s\n' 'TEXT: "quoted", \n is not an escape, -> <<' >line
	echo '  1 ' >spaces
	echo >blank
	: >nothing
	printf 'a\n\n\tb: c\n' >lines
	printf a >no-newline
	printf '\000\001\t\n\\"\377\n' >bytes
	echo x >read-only
	printf 'x\ny\n' >all
	chmod 0444 read-only
	chmod 0640 all
	ln -s '../elsewhere/that is not there' link
	echo 'a name' >'[0444]'
	echo colons >a:b/c:d
)
# tree DIR: names, kinds and modes
tree() { (cd "$1" && find . -printf '%p %y %m %l\n' | LC_ALL=C sort); }
check "every form can be unpacked" "$unpack" -t "$tmp/every" "$tmp/every-form.root"
check "every form gives its bytes" diff -r --no-dereference "$tmp/expected" "$tmp/every"
same "every form gives its name and mode" "$(tree "$tmp/expected")" "$(tree "$tmp/every")"

# random_word LENGTH: bytes that may stand in a name, odd ones often
random_word() {
	# shellcheck disable=SC1003 # a backslash
	local i byte word='' marks=(': ' ' -> ' ' <<' ' (empty)' ' = "' ' [0444]' '"' '\' $'\n' $'\t' '#' ' ' : $'\1' $'\377' $'\303\244' '\n')
	for ((i = 0; i < $1; i++)); do
		if ((RANDOM % 2)); then
			word+=${marks[RANDOM % ${#marks[@]}]}
		else
			printf -v byte '\\x%02x' $((RANDOM % 255 + 1))
			printf -v byte '%b' "$byte"
			word+=${byte/\//_}
		fi
	done
	case $word in . | .. | '') word=x$word ;; esac
	printf -v word_made '%s' "${word:0:60}"
}

# random_tree DIR: 60 entries
random_tree() {
	local LC_ALL=C i path folders=("$1")
	mkdir "$1"
	for ((i = 0; i < 60; i++)); do
		random_word $((RANDOM % 5 + 1))
		path=${folders[RANDOM % ${#folders[@]}]}/$word_made
		if [ -e "$path" ] || [ -L "$path" ]; then continue; fi
		case $((RANDOM % 6)) in
		0) mkdir "$path" && folders+=("$path") ;;
		1) random_word 4 && ln -s -- "$word_made" "$path" ;;
		2) random_word 3 && printf '%s' "$word_made" >"$path" ;;
		3) random_word 3 && printf '%s\n' "$word_made" >"$path" ;;
		4) head -c $((RANDOM % 1500)) /dev/urandom >"$path" ;;
		5) seq $((RANDOM % 600)) >"$path" && chmod 0444 "$path" ;;
		esac
	done
}

# survives DIR SHELL...: packed by it and unpacked, it is the same
survives() {
	local dir=$1
	shift
	rm -rf "$tmp/copy"
	pack "$dir" "$@" >"$tmp/copy.root" && "$unpack" -t "$tmp/copy" "$tmp/copy.root" || return
	diff -r --no-dereference "$dir" "$tmp/copy" && diff <(tree "$dir") <(tree "$tmp/copy") &&
		! LC_ALL=C grep -n '[^ -~'$'\t'']' "$tmp/copy.root"
}
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
for i in 1 2 3; do
	random_tree "$tmp/random.$i"
	check "odd names and bytes come back ($i)" survives "$tmp/random.$i" sh
	[ "$tap_failed" -eq 0 ] || echo "# with SEED=$SEED"
done
name="odd names and bytes come back with busybox alone"
if command -v busybox >/dev/null; then
	mkdir "$tmp/busybox"
	for c in $(busybox --list); do ln -s "$(command -v busybox)" "$tmp/busybox/$c"; done
	check "$name" survives "$tmp/random.1" env PATH="$tmp/busybox" "$tmp/busybox/sh"
else
	skip "$name" "no busybox"
fi
deep=$tmp/long/$(printf '%0100d/' 1 2 3)
mkdir -p "$deep"
ln -s "$(printf '%0150d' 4)" "$deep/link"
seq 100000 >"$deep/$(printf '%0200d' 5)"
check "long names and a long file come back" survives "$tmp/long" sh

# ---- what is refused -----------------------------------------------------------------------
while IFS='|' read -r text message; do
	printf '# first\n%b' "$text" >"$tmp/bad.root"
	rm -rf "$tmp/bad"
	same "refused: $text" "$tmp/bad.root:$message" "$("$unpack" "$tmp" "$tmp/bad.root" 2>&1; [ $? = 1 ] || echo status)"
done <<'R'
/a: x\n|2: not a path below the root: '/a'
a//b: x\n|2: not a path below the root: 'a//b'
../a: x\n|2: not a path below the root: '../a'
"a/..": x\n|2: not a path below the root: 'a/..'
"a\\x00b": x\n|2: a path cannot hold a zero byte
a [9999]: x\n|2: not a mode: [9999]
a [1777]: x\n|2: not a mode: [1777]
a [0444] -> b\n|2: only a file has a mode
a [0755]/\n|2: only a file has a mode
a = "\\q"\n|2: no such escape: \q
a = "\\x1"\n|2: no such escape: \x
a = "b"c"\n|2: a quote inside of quotes needs a backslash
a = "b\n|2: cannot read this line: a = "b
a <<\nb: x\n|2: no lines follow that begin with a tab
\tx\n|2: a line that begins with a tab follows 'PATH <<' only
a: x\r\n|2: byte 0x0d cannot stand in a line: write \x0d between quotes
a: \303\244\n|2: byte 0xc3 cannot stand in a line: write \xc3 between quotes
word\n|2: cannot read this line: word
"word\n|2: cannot read this line: "word
a: x\na: x\n|3: a is given twice
a: x\na/\n|3: a lies below a file or a link
a -> b\na/c: x\n|3: a/c lies below a file or a link
a: x\n\na/c: x\n|4: a/c lies below a file or a link
a -> \n|2: a link cannot lead there
a: x|2: the last line has no newline at its end
R
mkfifo "$tmp/random.2/fifo"
text=$(pack "$tmp/random.2" sh 2>&1 >/dev/null)
status=$?
same "a folder with a FIFO cannot be packed" "1 capture.sh: ./fifo is not a file, a folder or a link" "$status ${text%%$'\n'*}"

# ---- this machine --------------------------------------------------------------------------
check "capture.sh saves this machine" sh test/capture.sh "$tmp/here.root"
check "and what it saves can be unpacked" "$unpack" "$tmp" "$tmp/here.root"
if grep -q CPU /proc/interrupts; then
	check "and shown" "$O/irqkit" show --root "$tmp/here"
else
	skip "and shown" "/proc/interrupts is masked here"
fi
check "capture.sh saves it in a folder as well" sh test/capture.sh "$tmp/folder"
same "of the same files" "$(tree "$tmp/here")" "$(tree "$tmp/folder")"

# What irqkit reads is there, and is the same. PATTERNs of files that do not change by themselves.
missing() {
	local path
	(cd / && compgen -G "$1") | while read -r path; do
		cat "/$path" >"$tmp/now" 2>/dev/null || continue
		cmp -s "$tmp/now" "$tmp/here/$path" || echo "$path"
	done
}
for pattern in proc/cmdline proc/version proc/sys/net/core/netdev_{budget,budget_usecs,max_backlog} \
	'proc/sys/net/core/busy_*' proc/sys/net/core/flow_limit_cpu_bitmap \
	'sys/devices/system/cpu/cpu*/cpu_capacity' 'sys/devices/cpu_*/cpus' sys/hypervisor/type \
	sys/fs/cgroup/cpuset.cpus.isolated sys/devices/virtual/workqueue/cpumask \
	'sys/class/net/*/threaded' 'sys/class/net/*/gro_flush_timeout' 'sys/class/net/*/speed' \
	'sys/block/vd*/mq/*/cpu_list' 'sys/block/vd*/queue/rq_affinity'; do
	empty "what irqkit reads is saved: $pattern" "$(missing "$pattern")"
done
for pattern in 'proc/irq/*/spurious' 'sys/class/net/*/statistics/rx_missed_errors' proc/pressure/irq; do
	empty "and what changes: $pattern" "$(cd / && compgen -G "$pattern" | while read -r path; do
		if cat "/$path" >/dev/null 2>&1 && [ ! -f "$tmp/here/$path" ]; then echo "$path"; fi
	done)"
done
pid=$(pgrep -x ksoftirqd/0)
name="of a thread, its CPUs are saved and nothing else"
if [ -n "$pid" ]; then
	same "$name" $'Name:\tksoftirqd/0\nCpus_allowed_list:\t0' "$(cat "$tmp/here/proc/$pid/status")"
else
	skip "$name" "no thread of the kernel is seen here"
fi

# Scripts may hold secrets: only lines that name affinities are saved.
name="of scripts, only lines about interrupts are saved"
if unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016 # for the shell inside
	unshare -m sh -c 'mount -t tmpfs none /etc/cron.d 2>/dev/null || exit 0
		printf "%s\n" "PASSWORD=x" "echo 1 >/proc/irq/24/smp_affinity" >/etc/cron.d/9
		printf "%s\n" "PASSWORD=x" "[Match]" >/etc/cron.d/10
		exec sh test/capture.sh "$1"' sh "$tmp/rules"
	if [ -d "$tmp/rules/etc/cron.d" ]; then
		same "$name" "echo 1 >/proc/irq/24/smp_affinity" "$(cat "$tmp"/rules/etc/cron.d/*)"
	else
		skip "$name" "nothing can be mounted here"
	fi
else
	skip "$name" "there is no other mount name space here"
fi

# A second sample, two seconds later, is what a load is made of.
check "capture.sh saves two samples" sh test/capture.sh --twice "$tmp/two.root"
"$unpack" "$tmp" "$tmp/two.root"
same "both have the same files" "$(cd "$tmp/two/proc" && ls -d interrupts stat softirqs uptime net/*)" \
	"$(cd "$tmp/two/proc.1" && ls -d interrupts stat softirqs uptime net/*)"
same "and the affinities of the same interrupts" "$(cd "$tmp/two/proc" && ls -d irq/[0-9]*/*affinity_list)" \
	"$(cd "$tmp/two/proc.1" && ls -d irq/[0-9]*/*affinity_list)"
# shellcheck disable=SC2016 # for awk
check "the second is two seconds later" awk '
	FNR == 1 { time[++n] = $1 }
	END { exit !(time[2] - time[1] >= 1.9 && time[2] - time[1] < 60) }' "$tmp/two/proc/uptime" "$tmp/two/proc.1/uptime"
same "and is not for --pack" 2 "$(sh test/capture.sh --twice --pack "$tmp/two" 2>/dev/null >&2; echo $?)"

# Channels are saved as irqkit reads them: what two versions of ethtool print, and a driver without.
mkdir "$tmp/bin"
cat >"$tmp/bin/ethtool" <<'S'
#!/bin/sh
[ "$1" = -l ] || [ -s "${0%/*}/rss" ] || exit 1
[ "$1" = -l ] || exec cat "${0%/*}/rss"
case $2 in
lo) echo "netlink error: Operation not supported" >&2; exit 1 ;;
esac
cat "${0%/*}/printed"
S
chmod +x "$tmp/bin/ethtool"
# saved TEXT: what is saved of one network interface for which ethtool prints this
saved() {
	local file
	cat >"$tmp/bin/printed"
	rm -rf "$tmp/channels"
	PATH=$tmp/bin:$PATH sh test/capture.sh "$tmp/channels" || return
	file=$(find "$tmp/channels/sys/devices" -name channels ! -path '*/lo/*' | head -n 1)
	cat "${file:-/nonexistent}"
}
name="channels are saved"
if ls -d /sys/class/net/*/device >/dev/null 2>&1; then
	same "$name: ethtool 6.1" $'tx 3 8\nother 1 1\ncombined 4 63' "$(saved <<-'T'
		Channel parameters for eth0:
		Pre-set maximums:
		RX:		n/a
		TX:		8
		Other:		1
		Combined:	63
		Current hardware settings:
		RX:		n/a
		TX:		3
		Other:		1
		Combined:	4
	T
	)"
	same "$name: an older ethtool" $'rx 1 4\ncombined 0 16' "$(saved <<-'T'
		Channel parameters for eth0:
		Pre-set maximums:
		RX:	4
		TX:	0
		Other:	0
		Combined:	16
		Current hardware settings:
		RX:	1
		TX:	0
		Other:	0
		Combined:	0
	T
	)"
	for text in '0 1 2 0|1 2 0 1|2 0 1 2|12 equal 3' '0 0 0 0|1 1 1 1|3 3 0 0|12 0*4 1*4 3*2 0*2'; do
		IFS='|' read -r a b c expected <<<"$text"
		printf '%s\n' 'RX flow hash indirection table for eth0 with 4 RX ring(s):' "    0:  $a" "    4:  $b" \
			"    8:  $c" 'RSS hash key:' 'Operation not supported' '00:11' >"$tmp/bin/rss"
		saved </dev/null >/dev/null
		same "the RSS table is saved: $expected" "$expected" \
			"$(cat "$(find "$tmp/channels/sys/devices" -name rss ! -path '*/lo/*' | head -n 1)")"
	done
	rm "$tmp/bin/rss"
	saved </dev/null >/dev/null
	# igb, virtio_net before and after Linux 6.5, i40e and ena; and what is not packets of a queue
	printf '%s\n' 'NIC statistics:' '     rx_packets: 5' '     rx_queue_0_packets: 11' '     tx0_packets: 12' \
		'     rx-3.packets: 13' '     queue_2_tx_cnt: 14' '     rx_queue_0_bytes: 15' '     rx0_xdp_packets: 16' >"$tmp/bin/rss"
	saved </dev/null >/dev/null
	same "packets of queues are saved" 'ethtool rx 0 11,ethtool tx 0 12,ethtool rx 3 13,ethtool tx 2 14' \
		"$(cut -d' ' -f2- "$tmp/channels/proc/net/queue_packets" | head -n 4 | paste -sd,)"
	rm "$tmp/bin/rss"
	saved </dev/null >/dev/null
	empty "and no table of a device without" "$(find "$tmp/channels" -name rss)"
	empty "and none of a device that has none" "$(find "$tmp/channels" -path '*/lo/channels')"
else
	skip "$name" "there is no network interface"
fi
text=$(sh test/capture.sh "$tmp/folder" 2>&1)
same "but in none that holds something" "1 capture.sh: '$tmp/folder' is not empty" "$? $text"
finish
