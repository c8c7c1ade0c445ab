#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# deps.sh and test/portable/run with a package manager that only pretends: what they install for
# whom, and that the last lines say what went wrong.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

bin=$tmp/bin
mkdir "$bin"
printf '#!/bin/sh\nexit 1\n' >"$bin/dpkg-query"
printf '#!/bin/sh\necho 0\n' >"$bin/id"
# apt-get says what FAKE_TROUBLE has and fails; without, it keeps its words and is content.
cat >"$bin/apt-get" <<'SH'
#!/bin/sh
[ -z "${FAKE_TROUBLE-}" ] || { echo "$FAKE_TROUBLE"; echo "E: some other line"; exit 100; }
echo "$*" >>"$FAKE_LOG"
SH
chmod +x "$bin"/*
export FAKE_LOG=$tmp/log
deps() { PATH=$bin:$PATH sh ./deps.sh "$@" 2>&1; }
# By the goals, without making them: the recipe of "check" runs also with -n.
wanted() { "${MAKE:-make}" -n --no-print-directory deps MAKECMDGOALS="$*" 2>/dev/null | grep deps.sh; }

last_line_says() { tail -n 1 <<<"$2" | grep -q "$1"; }

check "it installs" deps build
check "what is to be built needs libmnl-dev" grep -qw libmnl-dev "$tmp/log"
check "and no test tools" bash -c "! grep -qwE 'libcmocka-dev|shellcheck' '$tmp/log'"
check "another program's lock is waited for" grep -qF 'DPkg::Lock::Timeout=' "$tmp/log"
same "'deps try' asks for what it takes to build" "sh ./deps.sh build" "$(wanted deps try | sed 's/ *$//')"
same "'deps check' asks for what tests need, too" "sh ./deps.sh build check" "$(wanted deps check)"

# Daemons: while they are installed, a policy forbids to start them; none is enabled.
cat >"$bin/apt-get" <<'SH'
#!/bin/sh
"$POLICY_RC_D" prometheus start 2>/dev/null
echo "policy $?" >>"$FAKE_LOG"
[ -z "${FAKE_TROUBLE-}" ] || { echo "$FAKE_TROUBLE"; exit 100; }
SH
cat >"$bin/systemctl" <<'SH'
#!/bin/sh
echo "systemctl $*" >>"$FAKE_LOG"
SH
chmod +x "$bin/systemctl"
export POLICY_RC_D=$tmp/policy-rc.d
daemons() { : >"$FAKE_LOG"; deps "$@" >/dev/null; cat "$FAKE_LOG"; ls "$POLICY_RC_D" 2>/dev/null; }
same "no daemon is started or enabled" "policy 101
systemctl disable --now prometheus.service
systemctl disable --now prometheus-node-exporter.service" "$(daemons ecosystem)"
same "other packages need no policy" "policy 127" "$(daemons build)"
same "the policy goes when the installation fails" "policy 101" "$(FAKE_TROUBLE=no daemons ecosystem | sort -u | grep -v systemctl)"
printf '#!/bin/sh\nexit 7\n' >"$POLICY_RC_D" && chmod +x "$POLICY_RC_D"
same "a policy that was there stays" "policy 7 exit 7" "$(daemons ecosystem | head -n 1) $(tail -n 1 "$POLICY_RC_D")"
rm -f "$bin/systemctl" "$POLICY_RC_D"
cat >"$bin/apt-get" <<'SH'
#!/bin/sh
[ -z "${FAKE_TROUBLE-}" ] || { echo "$FAKE_TROUBLE"; echo "E: some other line"; exit 100; }
echo "$*" >>"$FAKE_LOG"
SH

for trouble in "W: Temporary failure resolving 'example.org'" "E: Cannot initiate the connection to example.org:80" \
	"Connection failed [IP: 192.0.2.1 80]" "connect (101: Network is unreachable)"; do
	check "no network is named at last ($trouble)" last_line_says "network.*not installed:.*gcc" \
		"$(FAKE_TROUBLE=$trouble deps build)"
done
check "a held lock is named at last" last_line_says "lock; not installed:.*gcc" \
	"$(FAKE_TROUBLE="E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)" deps build)"
check "any other trouble is no network trouble" last_line_says "^deps: cannot install" \
	"$(FAKE_TROUBLE="E: Unable to locate package gcc" deps build)"
# Chroots that cannot be made: mmdebstrap says what FAKE_TROUBLE has.
printf '#!/bin/sh\necho "ii "\n' >"$bin/dpkg-query"
cat >"$bin/apt-get" <<'SH'
#!/bin/sh
[ "$1" != indextargets ] || echo 'Debian|bookworm|http://mirror.example/debian/'
SH
cat >"$bin/mmdebstrap" <<'SH'
#!/bin/sh
echo "$FAKE_TROUBLE"
echo "E: mmdebstrap failed to run"
exit 1
SH
chmod +x "$bin/mmdebstrap"
# no_chroots TROUBLE: the table without times, and the status
no_chroots() {
	FAKE_TROUBLE=$1 PATH=$bin:$PATH CHROOTS="$tmp/no chroots" test/portable/run i386 2>"$tmp/err" |
		grep -v -e '^#' -e ^NAME | sed -E 's/ +[0-9]+s +/ /; s/  +/ /g'
	echo "status ${PIPESTATUS[0]}"
}
same "without a network, no chroot can be made" \
	$'i386 no 0 1 0 no chroot: the mirror http://mirror.example/debian/ cannot be reached
0 passed, 1 failed, 0 skipped\nstatus 1' \
	"$(no_chroots "E: Failed to fetch http://mirror.example/x  Temporary failure resolving 'mirror.example'")"
same "a release that the mirror does not have is no network trouble" \
	$'i386 no 0 1 0 no chroot: E: The repository does not have a Release file.
0 passed, 1 failed, 0 skipped\nstatus 1' \
	"$(no_chroots "E: The repository does not have a Release file.")"
same "--list only lists" "gcc libcmocka-dev" "$(deps --list build check | grep -xE 'gcc|libcmocka-dev' | xargs)"
finish
