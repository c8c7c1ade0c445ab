#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test/run counts what test programs print, with each awk that is installed, and says what is
# wrong with programs that die, hang or print another number of tests than they planned. Time
# limits hold, also those of golden tests, and nothing that was started is left.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
export O
unset TEST_LIMIT GOLDEN_LIMIT LIMIT_FACTOR
limit=$O/build/test/tool/limit

# program NAME: a test program from stdin
program() {
	{ echo '#!/bin/sh'; cat; } >"$tmp/$1"
	chmod +x "$tmp/$1"
}

# says NAME EXPECTED [VARIABLE=VALUE...]: what test/run prints of the program, without times
says() {
	local name=$1 expected=$2
	shift 2
	same "${awk##*/}: $name" "$expected" "$(env "$@" PATH="$awk:$PATH" test/run "$tmp/$name" 2>&1 |
		sed -E "s|$tmp/||g; s/ +[0-9]+ s\$//; s/  +/ /g"; echo "status ${PIPESTATUS[0]}")"
}

program passes <<-'END'
	printf '1..4\nok\nok 2 - skips nothing\nok\ta # comment\n# ok this is a comment\nokay\n\tok 4 - of cmocka 1.0\n'
END
program fails <<-'END'
	printf 'ok a\nnot ok b\n# why b fails\nok c\n# of c\nnot ok 4 - d\n1..4\n'
	echo 'from stderr' >&2
	exit 1
END
program skips <<-'END'
	printf 'ok a # SKIP no zsh\nok b # skip no zsh\nok e # SKIP no fish\nok f # SKIP\n'
	printf 'ok g # SKIP no zsh\nok h # SKIP no zsh\nok 2 - c # SKIP no zsh\n1..7\n'
END
program skips-of-cmocka <<-'END'
	printf '1..4\nok 1 - one\nnot ok 2 # SKIP two\nok 3 # SKIP three\nok 4 - four\n'
END
program fails-and-skips <<-'END'
	printf '1..3\nnot ok a\n# why a fails\nnot ok 2 # SKIP b\n# of b\nok c\n'
	exit 1
END
program groups <<-'END'
	printf '1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n'
END
program dies <<-'END'
	printf '1..3\nok a\n'
	kill -SEGV $$
END
program ends-early <<-'END'
	printf '1..3\nok a\nok b\n'
END
program ends-late <<-'END'
	printf '1..1\nok a\nok b\n'
END
program plans-nothing <<-'END'
	printf 'ok a\n'
END
program is-silent <<-'END'
	exit 0
END
program has-no-tests <<-'END'
	echo 1..0
END
program passes-with-status-3 <<-'END'
	printf '1..1\nok a\n'
	exit 3
END
program ends-with-124 <<-'END'
	printf '1..1\nok a\n'
	exit 124
END
program cannot-start <<-'END'
END
chmod -x "$tmp/cannot-start"
program hangs <<-'END'
	printf '1..2\nok a\n'
	sh -c 'echo $$ >>"$0.pids"; exec sleep 100' "$0" &
	setsid sh -c 'echo $$ >>"$0.pids"; exec sleep 100' "$0" &
	sleep 100
END
program hangs-on <<-'END'
	trap '' TERM
	printf '1..2\nok a\n'
	sh -c 'echo $$ >>"$0.pids"; while :; do sleep 1; done' "$0" &
	setsid sh -c 'echo $$ >>"$0.pids"; while :; do sleep 1; done' "$0" &
	while :; do sleep 1; done
END
program leaves-processes <<-'END'
	printf '1..1\nok a\n'
	sleep 100 &
	echo $! >"$0.pids"
	setsid sh -c 'echo $$ >>"$0.pids"; exec sleep 100' "$0" &
	while [ "$(wc -l <"$0.pids")" -lt 2 ]; do sleep 0.02; done
END

# left NAME: those of the processes that the program wrote down which still run
left() {
	local pid
	while read -r pid; do
		if grep -q '^State:.[^Z]' "/proc/$pid/status" 2>/dev/null; then echo "process $pid is left"; fi
	done <"$tmp/$1.pids"
}

# with_awk NAME COMMAND: $awk, a folder in which that command is "awk"
with_awk() {
	awk=$tmp/$1
	mkdir -p "$awk"
	ln -sf "$(command -v "$2")" "$awk/awk"
}

all_of_them() {
	says passes $'passes 4 passed 0 failed 0 skipped\n4 passed, 0 failed, 0 skipped\nstatus 0'
	says fails $'not ok b\n# why b fails\nnot ok 4 - d\nfrom stderr
fails 2 passed 2 failed 0 skipped\n2 passed, 2 failed, 0 skipped\nstatus 1'
	says skips $'skips 0 passed 0 failed 7 skipped\nskipped 5: no zsh (skips)\nskipped 1: no fish (skips: e)
skipped 1: no reason is given (skips: f)\n0 passed, 0 failed, 7 skipped\nstatus 0'
	says skips-of-cmocka $'skips-of-cmocka 2 passed 0 failed 2 skipped
skipped 2: no reason is given (skips-of-cmocka: two; three)\n2 passed, 0 failed, 2 skipped\nstatus 0'
	says fails-and-skips $'not ok a\n# why a fails\nfails-and-skips 1 passed 1 failed 1 skipped
skipped 1: no reason is given (fails-and-skips: b)\n1 passed, 1 failed, 1 skipped\nstatus 1'
	says groups $'groups 3 passed 0 failed 0 skipped\n3 passed, 0 failed, 0 skipped\nstatus 0'
}

# trouble NAME TEXT PASSED [VARIABLE=VALUE...]: one failure more, TEXT
trouble() {
	local name=$1 text=$2 passed=$3
	shift 3
	says "$name" "not ok $name $text"$'\n'"$name $passed passed 1 failed 0 skipped"$'\n'"$passed passed, 1 failed, 0 skipped"$'\nstatus 1' "$@"
}

for a in mawk gawk original-awk busybox; do
	command -v "$a" >/dev/null || continue
	with_awk "$a" "$a"
	all_of_them
done
# one more, that which is "awk" here
with_awk this awk
all_of_them
trouble dies 'ended with status 139 after 1 of 3 tests' 1
trouble ends-early 'ended with status 0 after 2 of 3 tests' 2
trouble ends-late 'ended with status 0 after 2 of 1 tests' 2
trouble plans-nothing 'ended with status 0 after 1 tests, without a plan (1..N)' 1
trouble is-silent 'ended with status 0 after 0 tests, without a plan (1..N)' 0
trouble has-no-tests 'ended with status 0 and has no tests' 0
trouble passes-with-status-3 'ended with status 3' 1
trouble ends-with-124 'ended with status 124' 1 TEST_LIMIT=100
trouble hangs 'was killed after 1 tests (time limit of 2 s)' 1 TEST_LIMIT=1 LIMIT_FACTOR=2
empty "of a program that hangs no process is left" "$(left hangs)"
trouble hangs-on 'was killed after 1 tests (time limit of 1 s)' 1 TEST_LIMIT=1
empty "of a program that ignores SIGTERM no process is left" "$(left hangs-on)"
says leaves-processes $'leaves-processes 1 passed 0 failed 0 skipped\n1 passed, 0 failed, 0 skipped\nstatus 0'
empty "of a program that ends no process is left" "$(left leaves-processes)"
text=$(test/run "$tmp/cannot-start" "$tmp/passes" 2>&1)
same "after a program that cannot be started the next one runs" '4 passed, 1 failed, 0 skipped' "${text##*$'\n'}"

# Two at a time: the first waits for what the second does, and is shown first all the same.
program waits-for-next <<-'END'
	for i in 1 2 3 4 5 6 7 8 9 10; do [ -e "$0.go" ] || sleep 0.3; done
	[ -e "$0.go" ] && echo 'ok the next one runs' || echo 'not ok the next one runs'
	echo 1..1
END
program next <<-END
	touch "$tmp/waits-for-next.go"
	printf '1..1\nok a # SKIP not now\n'
END
# in_turn JOBS: what test/run prints of the two
in_turn() {
	rm -f "$tmp/waits-for-next.go"
	TEST_JOBS=$1 test/run "$tmp/waits-for-next" "$tmp/next" 2>&1 | sed -E "s|$tmp/||g; s/ +[0-9]+ s\$//; s/  +/ /g"
}
same "two programs at a time" \
	$'waits-for-next 1 passed 0 failed 0 skipped\nnext 0 passed 0 failed 1 skipped\nskipped 1: not now (next: a)\n1 passed, 0 failed, 1 skipped' "$(in_turn 2)"
same "one program at a time" '0 passed, 1 failed, 1 skipped' "$(in_turn 1 | tail -n 1)"

# What takes longest is started first, and what mostly waits runs beside the others.
program short.sh <<-'END'
	printf '1..1\nok a\n'
END
sed '1a # takes: 10 s' "$tmp/short.sh" >"$tmp/long.sh"
cp "$tmp/short.sh" "$tmp/unknown.sh"
sed -i '1a # takes: 5 s' "$tmp/short.sh"
program waits.sh <<-END
	# waits: 100 s
	touch "$tmp/waits-for-next.go"
	printf '1..1\nok a\n'
END
cp "$tmp/waits-for-next" "$tmp/too"
sed -i 's/\$0\.go/${0%too}waits-for-next.go/g' "$tmp/too"
chmod +x "$tmp"/*.sh
# order JOBS NAME...: in which order test/run shows them
order() {
	TEST_JOBS=$1 test/run "${@:2}" 2>&1 | sed -nE 's|.*/([a-z.-]+) +[0-9]+ passed.*|\1|p' | paste -sd' '
}
same "the longest first, then those of which nothing is known, and those that wait last" \
	"passes long.sh short.sh unknown.sh waits.sh" \
	"$(order 1 "$tmp/unknown.sh" "$tmp/waits.sh" "$tmp/short.sh" "$tmp/passes" "$tmp/long.sh")"
same "what waits runs beside two others" '3 passed, 0 failed, 0 skipped' \
	"$(rm -f "$tmp/waits-for-next.go"; TEST_JOBS=2 test/run "$tmp/waits-for-next" "$tmp/too" "$tmp/waits.sh" | tail -n 1)"

# until_gone NAME: what is left a few seconds later
until_gone() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -n "$(left "$1")" ] || return
		sleep 0.1
	done
	left "$1"
}

# hanging COMMAND...: runs it in the background until its test program hangs
hanging() {
	rm -f "$tmp/hangs.pids"
	"$@" >/dev/null 2>&1 &
	pid=$!
	local i
	for ((i = 0; i < 600; i++)); do
		[ "$(wc -l 2>/dev/null <"$tmp/hangs.pids")" != 2 ] || return
		sleep 0.05
	done
} 2>/dev/null

for signal in TERM INT HUP; do
	# limit resets what a shell sets for commands in the background: SIGINT is ignored
	# shellcheck disable=SC2016 # for the inner shell
	hanging "$limit" 0 sh -c 'echo $$ >"$1"; exec test/run "$2"' sh "$tmp/pid" "$tmp/hangs"
	kill -s $signal "$(cat "$tmp/pid")"
	wait "$pid"
	status=$?
	same "status of a test/run that gets SIG$signal" $((128 + $(kill -l $signal))) $status
	empty "after SIG$signal to test/run no process is left" "$(until_gone hangs)"
done
hanging bash -c '"$@"; exit' sh "$limit" --keep-group 0 test/run "$tmp/hangs"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
empty "after SIGKILL to what started the tests no process is left" "$(until_gone hangs)"

# qemu-user answers EINVAL to a request for descendants, and to one for the parent's death.
without_prctl() { traced strace -qq -o /dev/null -e trace=prctl -e inject=prctl:error=EINVAL "$@"; }
if ! without_prctl true 2>/dev/null; then
	skip "limits hold where prctl() knows nothing" "no strace, or nothing may be traced here"
else
	check "where prctl() knows nothing, commands run" without_prctl "$limit" 10 true
	# shellcheck disable=SC2016 # for the inner shell
	without_prctl "$limit" 1 sh -c 'echo $$ >"$1"; sleep 100' sh "$tmp/left.pids"
	same "and their limits hold" 124 $?
	empty "and no child is left" "$(left left)"
fi

# ---- golden tests --------------------------------------------------------------------------
# An irqkit that does nothing: the tests that wait for what it writes would never end.
mkdir "$tmp/idle"
program idle/irqkit <<-'END'
	exit 0
END
text=$(GOLDEN_PATH=$tmp/idle GOLDEN_LIMIT=1 test/golden.sh set-wait-asked-to-end set-wait-others show-raw-bytes 2>/dev/null)
same "golden tests that never end, and one that does" \
	"1..3
not ok golden/set-wait-asked-to-end (time limit of 1 s)
not ok golden/set-wait-others (time limit of 1 s)
not ok golden/show-raw-bytes" "$(printf '%s\n' "$text" | grep -v '^#' | sort)"
# IRQKIT names another program, whatever the name of its file is.
cp "$O/irqkit" "$tmp/elsewhere"
same "golden tests of another program" "ok golden/show-raw-bytes" \
	"$(IRQKIT=$tmp/elsewhere test/golden.sh show-raw-bytes | grep ok)"
same "and of one that does nothing" "not ok golden/show-raw-bytes" \
	"$(IRQKIT=$tmp/idle/irqkit test/golden.sh show-raw-bytes | grep '^not ok')"
check "one that is not there is an error" bash -c "! IRQKIT='$tmp/none' test/golden.sh show-raw-bytes"
empty "no test stops a program with a timeout that sends SIGCONT as well (see test/golden.sh)" \
	"$(grep -rnE 'timeout .*--preserve-status' test --include='*.sh' --include='*.test' | grep -v -- --foreground)"
finish
