#!/usr/bin/env bash
# deps.sh with a package manager that only pretends: what it installs for whom, and that its
# last line says what went wrong.
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

for trouble in "W: Temporary failure resolving 'example.org'" "E: Cannot initiate the connection to example.org:80" \
	"Connection failed [IP: 192.0.2.1 80]" "connect (101: Network is unreachable)"; do
	check "no network is named at last ($trouble)" last_line_says "network.*not installed:.*gcc" \
		"$(FAKE_TROUBLE=$trouble deps build)"
done
check "a held lock is named at last" last_line_says "lock; not installed:.*gcc" \
	"$(FAKE_TROUBLE="E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)" deps build)"
check "any other trouble is no network trouble" last_line_says "^deps: cannot install" \
	"$(FAKE_TROUBLE="E: Unable to locate package gcc" deps build)"
same "--list only lists" "gcc libcmocka-dev" "$(deps --list build check | grep -xE 'gcc|libcmocka-dev' | xargs)"
finish
