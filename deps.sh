#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# deps.sh GROUP...: installs the packages that irqkit needs, by this system's own package
# manager, and says nothing when all are there (then it needs neither root nor a network).
#   build   to compile it      check   for `make check`      ci   more, for .ci/run
#   deb     for `make deb`, on Debian      release   more, for `make release-check`
#   portable   for `make check-portable`      foreign   for other machines there
#   ecosystem   for `make check-ecosystem`, on Debian; no daemon of these is started or enabled
# deps.sh --list GROUP...: only prints their names
#
# Tested: Debian 11, 12 and 13. Not tested: dnf, apk (Alpine), zypper, pacman.
set -u

die() { printf 'deps: %s\n' "$*" >&2; exit 1; }

# packages MANAGER GROUP
packages() {
	case $1-$2 in
	apt-build) echo gcc libc6-dev make pkg-config libmnl-dev libpopt-dev libjansson-dev libsmartcols-dev libncurses-dev ;;
	apt-check) echo bash libcmocka-dev jq mandoc python3-jsonschema shellcheck strace tmux ;;
	apt-deb) echo build-essential debhelper git xz-utils ;;
	apt-release) echo lintian reuse abigail-tools rpm ;;
	apt-portable) echo mmdebstrap arch-test musl-tools git ;;
	apt-foreign) echo qemu-user-static gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-powerpc64le-linux-gnu gcc-riscv64-linux-gnu gcc-s390x-linux-gnu ;;
	apt-ecosystem) echo ansible-core ansible-lint jq prometheus prometheus-node-exporter python3 ;;
	apt-ci) echo busybox clang clang-format libclang-rt-dev g++ locales valgrind cppcheck zsh fish bash-completion git reuse ;;
	dnf-build) echo gcc make pkgconf-pkg-config libmnl-devel popt-devel jansson-devel libsmartcols-devel ncurses-devel ;;
	dnf-check) echo bash gawk diffutils findutils libcmocka-devel jq mandoc python3-jsonschema ShellCheck strace ;;
	dnf-ci) echo clang compiler-rt gcc-c++ libasan libubsan valgrind cppcheck zsh fish git ;;
	apk-build) echo gcc musl-dev linux-headers make pkgconf libmnl-dev popt-dev jansson-dev util-linux-dev ncurses-dev ;;
	apk-check) echo bash util-linux-misc coreutils gawk grep diffutils findutils cmocka-dev jq mandoc py3-jsonschema shellcheck strace ;;
	apk-ci) echo clang compiler-rt g++ valgrind cppcheck zsh fish git ;;
	zypper-build) echo gcc make pkg-config libmnl-devel popt-devel libjansson-devel libsmartcols-devel ncurses-devel ;;
	zypper-check) echo bash gawk diffutils findutils libcmocka-devel jq mandoc python3-jsonschema ShellCheck strace ;;
	zypper-ci) echo clang gcc-c++ valgrind cppcheck zsh fish git ;;
	pacman-build) echo gcc make pkgconf libmnl popt jansson util-linux-libs ncurses ;;
	pacman-check) echo bash gawk diffutils findutils cmocka jq python-jsonschema shellcheck strace ;;
	pacman-ci) echo clang compiler-rt valgrind cppcheck zsh fish git ;;
	*) die "no such group of packages: '$2'" ;;
	esac
}

# present MANAGER PACKAGE
present() {
	case $1 in
	apt) dpkg-query -W -f='${db:Status-Abbrev}' "$2" 2>/dev/null | grep -q '^.i' ;;
	dnf | zypper) rpm -q --whatprovides "$2" ;;
	apk) apk info -e "$2" ;;
	pacman) pacman -T "$2" ;;
	esac >/dev/null 2>&1
}

# install MANAGER PACKAGE...; a fresh machine has no package lists, an old one stale ones
install() {
	manager=$1
	shift
	case $manager in
	apt)
		export DEBIAN_FRONTEND=noninteractive
		set -- apt-get -q -y -o Acquire::Retries=1 -o Acquire::http::Timeout=15 \
			-o Acquire::https::Timeout=15 -o DPkg::Lock::Timeout=120 \
			-o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
		"$@" && return
		# Unreachable servers are warnings to apt, also where no server could be reached.
		apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=15 \
			-o Acquire::https::Timeout=15 -o APT::Update::Error-Mode=any update
		"$@"
		;;
	dnf) dnf -q -y install "$@" ;;
	apk) apk add -q --no-cache "$@" ;;
	zypper) zypper -q -n install --no-recommends "$@" ;;
	pacman) pacman -S --noconfirm --needed "$@" || pacman -Sy --noconfirm --needed "$@" ;;
	esac </dev/null
}

# The daemons of such packages are for tests, which start their own: invoke-rc.d(8) asks this
# program before it starts one, and none is enabled for the next boot. Those that were there before
# are left as they are.
daemons_of() {
	for p; do
		case $p in prometheus | prometheus-node-exporter) echo "$p" ;; esac
	done
}
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
own_policy=
hold_daemons() {
	[ -e "$policy" ] || { own_policy=1 && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; }
}
let_daemons() {
	[ -z "$own_policy" ] || rm -f "$policy"
	own_policy=
}
disable_daemons() {
	for d; do
		if command -v systemctl; then
			systemctl disable --now "$d.service" || systemctl disable "$d.service"
		elif command -v update-rc.d; then
			update-rc.d "$d" disable
		fi
	done >/dev/null 2>&1
}

list_only=
[ "${1-}" != --list ] || { list_only=1; shift; }
manager=
for m in apt-get dnf apk zypper pacman; do
	command -v "$m" >/dev/null 2>&1 && manager=${m%-get} && break
done
[ -n "$manager" ] || die "no apt-get, dnf, apk, zypper or pacman here; README.md lists what is needed"

if [ -n "$list_only" ]; then
	for group; do packages "$manager" "$group"; done | tr ' ' '\n'
	exit
fi

missing=
for group; do
	for p in $(packages "$manager" "$group"); do
		present "$manager" "$p" || missing="$missing $p"
	done
done
[ -n "$missing" ] || exit 0

[ "$(id -u)" -eq 0 ] || die "missing:$missing; install them, or run 'sudo make deps'"
log=$(mktemp) || exit 1
trap 'rm -f "$log"; let_daemons' EXIT
trap 'exit 1' HUP INT TERM
echo "deps: installing$missing"
# shellcheck disable=SC2086 # a list of words
daemons=$(daemons_of $missing)
[ -z "$daemons" ] || hold_daemons || die "cannot write $policy, which keeps daemons from starting"
# shellcheck disable=SC2086
install "$manager" $missing >"$log" 2>&1
status=$?
let_daemons
# shellcheck disable=SC2086
[ -z "$daemons" ] || disable_daemons $daemons
if [ "$status" -ne 0 ]; then
	cat "$log" >&2
	# The last line says what to do about it.
	if grep -qiE 'resolv|unreachable|could not connect|cannot initiate|connection (failed|timed out|refused)|timed out|temporary failure' "$log"; then
		die "there is no network, or the package servers cannot be reached; not installed:$missing"
	elif grep -qiE 'could not get lock|unable to (acquire|lock)|is another process' "$log"; then
		die "another program holds the package manager's lock; not installed:$missing"
	fi
	die "cannot install$missing"
fi
