#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages: what dist/debian and dist/irqkit.spec name is there, and the sources are packed alike
# wherever they lie. With --long, as root and with a network: 'make deb' in clean chroots of
# Debian 12, in two folders, gives the same packages, lintian has nothing to say, and in a third
# chroot they are installed, used, and purged. CHROOTS=DIR is where the chroots are made.
# takes: 25 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

version=$(sed -n 's/^VERSION *= *//p' Makefile)
debian=dist/debian

# ---- the files -----------------------------------------------------------------------------
# on_demand: the libraries that the program loads when it needs them, by their sonames
on_demand() { sed -nE 's/^ON_DEMAND\("([^"]+)".*/\1/p' cmd/*/*.c | sort -u; }
# field NAME PACKAGE: of a paragraph of control
field() {
	awk -v RS= -v package="^Package: $2(\n|$)" '$0 ~ package' $debian/control |
		awk -v name="$1:" '/^[^ ]/ { in_it = $1 == name } in_it'
}
same "three libraries are loaded on demand" 3 "$(on_demand | wc -l)"
# shellcheck disable=SC2016 # for dpkg-gencontrol
check "irqkit depends on the libraries that it loads on demand" \
	grep -qF '${ondemand:Depends}' <(field Depends irqkit)
while read -r library; do
	name=${library%.so*}
	name=${name/ncursesw/ncurses} # both are in one package
	check "$library is there when the package is built" grep -q "^ $name-dev," $debian/control
done < <(on_demand)
# Debian packages "libmnl" as libmnl-dev
same "libirqkit-dev depends on what libirqkit.pc names, and on nothing else" \
	"$(sed -nE 's/^LIB_NEEDS *= *//p' Makefile | tr ' ' '\n' | sed 's/$/-dev/' | sort)" \
	"$(field Depends libirqkit-dev | grep -oE '\blib[a-z0-9]+-dev\b' | sort)"
while read -r section; do
	check "the section $section of irqkit.sym is in the symbols file" \
		grep -q "^ (symver)$section " $debian/libirqkit0.symbols
done < <(sed -n 's/^\(IRQKIT_[0-9.]*\) {.*/\1/p' lib/irqkit.sym)
same "the package has the version of the Makefile" "$version" \
	"$(sed -nE '1s/^irqkit \(([^)]*)-[^-]*\).*/\1/p' $debian/changelog)"
empty "what is installed from the sources is there" "$(sed -nE 's/^(dist[^ ]*) .*/\1/p' $debian/*.install |
	while read -r f; do [ -f "$f" ] || echo "$f"; done)"
empty "only files *.conf are policy files: the README is not" "$(find dist/policy -name '*.conf')"

# ---- what 'make install' installs is in a package -------------------------------------------
# Which files these are does not depend on what is in them: here the compiler makes empty ones.
cat >"$tmp/cc" <<-'CC'
	#!/bin/sh
	for word; do
		[ "${before-}" != -o ] || : >"$word"
		before=$word
	done
CC
chmod +x "$tmp/cc"
# stage FOLDER VARIABLE...: installs there, as a package does
stage() {
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL "${MAKE:-make}" -s CC="$tmp/cc" O="$tmp/empty" \
		DESTDIR="$tmp/$1" PREFIX=/usr "${@:2}" install
}
# misplaced FOLDER PATTERN...: each file there that is not matched by one pattern, as itself or by a
# folder of it, and each pattern that matches nothing
misplaced() {
	local f pattern n
	declare -A used=()
	while read -r f; do
		n=0
		for pattern in "${@:2}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $f == $pattern || $f == $pattern/* ]] && n=$((n + 1)) && used[$pattern]=1
		done
		[ "$n" -eq 1 ] || echo "$f is in $n packages"
	done < <(cd "$tmp/$1" && find . ! -type d | sed 's|^\./||')
	for pattern in "${@:2}"; do
		[ -n "${used[$pattern]-}" ] || echo "there is no $pattern"
	done
}
check "it installs as Debian's package does" stage debs LIBDIR=/usr/lib/machine UNITDIR= UDEVDIR= \
	ZSHDIR=/usr/share/zsh/vendor-completions
mapfile -t ours < <(grep -hv '^dist/' $debian/*.install)
empty "each file is in one of Debian's packages" "$(misplaced debs "${ours[@]}")"
check "it installs as the RPM package does" stage rpms LIBDIR=/usr/lib64 UNITDIR=/units UDEVDIR=/udev
# The lines of the spec that list the files are run here.
sed -nE '/^\(cd %\{buildroot/,/^$/p' dist/irqkit.spec | sed -E -e 's|%%|%|g' -e "s|%\{buildroot}|$tmp/rpms|g" \
	-e 's|%\{_datadir}|/usr/share|g; s|%\{_mandir}|/usr/share/man|g' \
	-e 's|%\{_libdir}|/usr/lib64|g; s|%\{_includedir}|/usr/include|g' >"$tmp/list"
# shellcheck disable=SC2016 # for the inner shell
check "the files of the RPM packages are listed" bash -e -c 'cd "$1" && . ./list' - "$tmp"
mapfile -t patterns < <(cd "$tmp" && sed -n 's|^/||p' program.files library.files devel.files)
empty "each file is in one of the RPM packages" "$(misplaced rpms "${patterns[@]}")"
same "so is each folder of /usr/share that may be of irqkit alone" "$(cd "$tmp/rpms" && find usr/share -mindepth 1 -type d \
	! -path 'usr/share/man*' ! -path usr/share/doc | sort)" "$(cd "$tmp" && sed -n 's|^%dir /||p' program.files | sort)"
check "rpmbuild has the macros of the scripts that it expands" grep -qx 'BuildRequires: *systemd-rpm-macros' dist/irqkit.spec
same "the program, the library and what programs are compiled with are packages of their own" \
	"/usr/sbin/irqkit /usr/lib64/libirqkit.so.0 /usr/include/irqkit.h" \
	"$(cd "$tmp" && grep -hE '/(irqkit|libirqkit.so.0|irqkit.h)$' program.files library.files devel.files | grep -v -e ^%dir -e completion | xargs)"
same "dist/irqkit.spec names each unit" "$(cd "$tmp/rpms/units" && echo *)" \
	"$(sed -n 's/^%global units //p' dist/irqkit.spec | tr ' ' '\n' | sort | xargs)"
same "dist/debian/rules finds each unit" "$(ls "$tmp/rpms/units")" \
	"$(find dist -maxdepth 1 \( -name '*.service*' -o -name '*.timer*' -o -name '*.path' \) | sed 's|.*/||; s|\.in$||' | sort)"
# In a cross build, dh gives make the compiler and the pkg-config of the other architecture.
printf '#!/bin/sh\necho "$*" >>"%s/asked"\n' "$tmp" >"$tmp/pkg-config"
chmod +x "$tmp/pkg-config"
check "it installs with another pkg-config" stage cross PKG_CONFIG="$tmp/pkg-config" O="$tmp/cross-built"
# shellcheck disable=SC2016 # of make
same "this pkg-config is asked for each library and for the directories of units" \
	"$(sed -nE 's/^(LIB_NEEDS|CMD_NEEDS) *= *//p' Makefile | tr ' ' '\n' | cat - <(printf '%s\n' systemd udev) | sort)" \
	"$(tr ' ' '\n' <"$tmp/asked" | grep -v -e '^-' -e '^[A-Z]' | sort -u)"
empty "no other pkg-config is run" "$(grep -nE '(^|[ \t(;&|])pkg-config( |$)' Makefile $debian/rules | grep -vE ':[0-9]*:#|by pkg-config name|^Makefile:[0-9]+:PKG_CONFIG')"
# The test sees a file that is in no package, or in two.
touch "$tmp/debs/usr/new"
same "a file that is in none would be found" "usr/new is in 0 packages" \
	"$(misplaced debs "${ours[@]}")"
same "so would files in two, and a name of nothing" \
	"usr/new is in 2 packages there is no none" "$(cd "$tmp" && mkdir few && mv debs/usr few && find few -type f ! -name new -delete &&
		find few -type l -delete && misplaced few usr usr/new none | xargs)"

# ---- make dist -----------------------------------------------------------------------------
# From the tree, and from what that has packed: there, without git.
export SOURCE_DATE_EPOCH=1700000000
check "the sources are packed" dist/tarball "irqkit-$version" "$tmp/1.tar"
mkdir -m 700 "$tmp/other place"
(umask 077 && tar -x --no-same-permissions -C "$tmp/other place" -f "$tmp/1.tar")
check "they are packed where they were unpacked" \
	"$tmp/other place/irqkit-$version/dist/tarball" "irqkit-$version" "$tmp/2.tar"
check "both have the same bytes" cmp "$tmp/1.tar" "$tmp/2.tar"
# Settings that a user may have, for each program that packs.
mkdir -p "$tmp/elsewhere/dist"
check "the sources are packed although the user has set other options" env CDPATH="$tmp/elsewhere" TAR_OPTIONS='--owner=daemon --format=gnu' \
	XZ_DEFAULTS=--check=sha256 XZ_OPT=-0 TZ=Pacific/Auckland LC_ALL=C.UTF-8 dist/tarball "irqkit-$version" "$tmp/3.tar"
check "with the same bytes" cmp "$tmp/1.tar" "$tmp/3.tar"
if command -v xz >/dev/null; then
	check "the sources are compressed" dist/tarball "irqkit-$version" "$tmp/1.tar.xz"
	check "they are compressed although the user has set other options for xz" env XZ_DEFAULTS=--check=sha256 XZ_OPT=--check=none \
		dist/tarball "irqkit-$version" "$tmp/2.tar.xz"
	check "the compressed sources have the same bytes" cmp "$tmp/1.tar.xz" "$tmp/2.tar.xz"
else
	skip "the compressed sources have the same bytes" "no xz"
fi
empty "nothing that was built is packed" "$(tar -t -f "$tmp/1.tar" | grep -E '\.[od]$|/build/|/irqkit$|\.so' )"
if git -c safe.directory='*' ls-files --error-unmatch Makefile >/dev/null 2>&1; then
	empty "no source is ignored by git, and so missing there" \
		"$(git -c safe.directory='*' ls-files --others --ignored --exclude-from=.gitignore |
			grep -vE '^(build/|irqkit$|irq-|libirqkit)|\.[od]$')"
	check "so a folder irqkit.d is not ignored" bash -c "! git -c safe.directory='*' check-ignore -q dist/irqkit.d/file"
fi
same "all is in one folder" "irqkit-$version" "$(tar -t -f "$tmp/1.tar" | cut -d/ -f1 | sort -u)"
unset SOURCE_DATE_EPOCH

# ---- make deb: the source package -----------------------------------------------------------
# by_umask UMASK: builds the source package, and prints its checksums
by_umask() {
	(umask "$1" && env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL "${MAKE:-make}" -s O="$tmp/by$1" \
		deb DEB_FLAGS='-S -d') >"$tmp/by.log" 2>&1 || cat "$tmp/by.log"
	(cd "$tmp/by$1/build/deb" && sha256sum ./*.dsc ./*.tar.xz)
}
if command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null; then
	same "the source package has the same bytes with every umask" "$(by_umask 022)" "$(by_umask 077)"
	same "'make deb DEB_FLAGS=-S' names what it made" "irqkit_$version-0irqkit1.dsc" "$(sed -n '$s|.*/||p' "$tmp/by.log")"
else
	skip "the source package has the same bytes with every umask" "no debhelper"
fi

if [ "${1-}" != --long ]; then
	finish
	exit
fi

# ---- make deb, in a chroot -----------------------------------------------------------------
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get mmdebstrap >/dev/null || ! unshare -m true; then
	skip "packages in a chroot" "needs root, mmdebstrap and mount name spaces"
	finish
	exit
fi
chroots=${CHROOTS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/irqkit-portable}
mkdir -p "$chroots"
# shellcheck disable=SC2016 # for apt
mirror=$(apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' |
	awk -F'|' '$1 == "Debian" && $2 !~ /-/ { print $3; exit }')

# make_chroot NAME PACKAGE...: kept for the next time, in a .tar
make_chroot() {
	local tar=$chroots/$1.tar packages
	packages=$(printf '%s\n' "${@:2}" | paste -sd,)
	[ "$packages" != "$(cat "$tar.made" 2>/dev/null)" ] || return 0
	rm -f "$tar.made"
	mmdebstrap --variant=minbase --include="$packages" --aptopt='Acquire::Retries "3"' \
		bookworm "$tar" "deb ${mirror:-http://deb.debian.org/debian} bookworm main" &&
		echo "$packages" >"$tar.made"
}

# inside FOLDER COMMAND: by bash, in a chroot, with the network of this machine
inside() {
	# shellcheck disable=SC2016 # for the inner shell
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash -c '
		mount -t proc proc "$1/proc" && mount -t sysfs -o ro sysfs "$1/sys" && mount -t tmpfs tmpfs "$1/run" || exit
		mkdir -p "$1/run/lock"
		for d in null zero full random urandom tty; do
			[ -e "$1/dev/$d" ] || touch "$1/dev/$d"
			mount --bind "/dev/$d" "$1/dev/$d"
		done
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=xterm COLUMNS=80 \
			DEBIAN_FRONTEND=noninteractive chroot "$1" bash -o pipefail -c "$2"' - "$1" "$2" </dev/null
}

# unpack NAME FOLDER
unpack() {
	rm -rf "$2" && mkdir "$2" && tar -x -C "$2" -f "$chroots/$1.tar" && cp -L /etc/resolv.conf "$2/etc/resolv.conf"
}

# shellcheck disable=SC2046 # words
check "there is a chroot to build in" make_chroot deb-build $(sh ./deps.sh --list build check deb) lintian procps rpm
check "and a clean one to install in" make_chroot deb-clean systemd man-db bash-completion
[ "$tap_failed" -eq 0 ] || { finish; exit; }

exec 9>"$chroots/deb-lock"
flock 9 # another run
work=$chroots/deb-work
trap 'rm -rf "$tmp" "$work"' EXIT
mkdir -p "$work"
unpack deb-build "$work/build" || exit
for place in /srv/one '/srv/another place/below'; do
	mkdir -p "$work/build$place"
	tar -x --no-same-owner -C "$work/build$place" -f "$tmp/1.tar"
done
inside "$work/build" "umask 077 && cd '/srv/another place/below'/irqkit-* && DEB_BUILD_OPTIONS=nocheck make -s deb" \
	>"$tmp/another" 2>&1 &
other=$!
check "'make deb' builds, with unit tests" inside "$work/build" "cd /srv/one/irqkit-* && make -s deb"
wait "$other"
result $? "'make deb' elsewhere" "$(tail -n 50 "$tmp/another")"
one=$(echo "$work"/build/srv/one/irqkit-*/build/deb)
# sums FOLDER
sums() { (cd "$1" && sha256sum ./*.deb ./*.dsc ./*.tar.xz); }
check "there are packages" ls "$one"/irqkit_*.deb "$one"/libirqkit0_*.deb "$one"/libirqkit-dev_*.deb
[ "$tap_failed" -eq 0 ] || { finish; exit; }
same "they have the same bytes in both places" "$(sums "$one")" \
	"$(sums "$work/build/srv/another place/below"/irqkit-*/build/deb)"
empty "lintian has nothing to say" "$(inside "$work/build" \
	"cd /srv/one/irqkit-*/build/deb && lintian --allow-root -I --pedantic ./*.changes" 2>&1)"
printf '# %s\n' "$(cd "$one" && stat -c '%n: %s bytes' ./*.deb ./*.dsc ./*.tar.xz)" | sed 's/^\([^#]\)/# \1/'

# ---- apt install, in a clean chroot --------------------------------------------------------
clean=$work/clean
unpack deb-clean "$clean" || exit
cp -R "$roots/queues-8cpu" "$clean/srv/saved"
# files: all but what dpkg, apt and others keep of each package
files() {
	(cd "$clean" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache \
		-o -path ./var/log -o -path ./srv -o -path ./tmp -o -path ./etc/ld.so.cache \) -prune -o -print | sort)
}
# apt needs its lists for what the packages depend on
check "apt reads the lists" inside "$clean" "apt-get -q update"
before=$(files)
mkdir "$clean/srv/debs"
cp "$one"/irqkit_*.deb "$one"/libirqkit0_*.deb "$one"/libirqkit-dev_*.deb "$clean/srv/debs"
check "apt installs the packages" inside "$clean" "apt-get -q -y --no-install-recommends install /srv/debs/*.deb"
check "dpkg agrees with the files" inside "$clean" "dpkg --verify && ldconfig -p | grep -q libirqkit.so.0"
same "irqkit show --root" "$("$O/irqkit" show --root "$roots/queues-8cpu")" "$(inside "$clean" "irqkit show --root /srv/saved")"
same "irqkit show --json, by a library that it loads" "$("$O/irqkit" show --json --root "$roots/queues-8cpu" | md5sum)" \
	"$(inside "$clean" "irqkit show --json --root /srv/saved" | md5sum)"
same "irqkit show in colours, by another" "$("$O/irqkit" show --color=always --root "$roots/queues-8cpu" | md5sum)" \
	"$(inside "$clean" "irqkit show --color=always --root /srv/saved" | md5sum)"
check "irqkit show, of this machine" inside "$clean" "irqkit show >/dev/null || [ \$? -eq 3 ]"
for page in irqkit irqkit-show irq-show irqkit.conf irqkit-json irqkit-cookbook libirqkit; do
	check "man $page" inside "$clean" "man -P cat $page | grep -qi '^NAME'"
done
# shellcheck disable=SC2016 # for the inner shell
same "bash completes" show "$(inside "$clean" '. /usr/share/bash-completion/bash_completion
	_completion_loader irqkit
	COMP_WORDS=(irqkit sho) COMP_CWORD=1 COMP_LINE="irqkit sho" COMP_POINT=10
	$(complete -p irqkit | sed -n "s/.* -F \([^ ]*\) .*/\1/p") irqkit sho irqkit
	printf "%s\n" "${COMPREPLY[@]}"' | tr -d ' ')"
units="irqkit.service irqkit-apply.service irqkit-apply.path irqkit-metrics.service irqkit-metrics.timer"
empty "systemd accepts the units" "$(inside "$clean" "systemd-analyze verify --recursive-errors=no $units" 2>&1)"
same "the daemon is enabled, what else there is is not" "enabled disabled static static disabled" \
	"$(inside "$clean" "systemctl is-enabled $units" | xargs)"
check "without a policy file it does not start" inside "$clean" \
	"! systemd-analyze condition 'ConditionPathExistsGlob=/etc/irqkit.d/*.conf' && ls /etc/irqkit.d/README"
# The scripts of an upgrade, where systemd seems to run and says what it is asked for.
mkdir "$clean/srv/bin"
printf '#!/bin/sh\necho "$*" >>/srv/asked\n' >"$clean/srv/bin/deb-systemd-invoke"
chmod +x "$clean/srv/bin/deb-systemd-invoke"
# asked SCRIPT ARGUMENT...: what the script of the package asks of systemd, "VERB UNIT" each
asked() {
	rm -f "$clean/srv/asked"
	inside "$clean" "mkdir -p /run/systemd/system && cd /var/lib/dpkg/info &&
		PATH=/srv/bin:\$PATH DPKG_MAINTSCRIPT_PACKAGE=irqkit ./irqkit.$*" >/dev/null 2>&1
	awk '{ for (i = 2; i <= NF; i++) print $1, $i }' "$clean/srv/asked" 2>/dev/null | sort
}
# each VERB: that verb with each unit that is not the daemon
each() { (cd "$tmp/rpms/units" && printf "$1 %s\n" irqkit-*); }
same "an upgrade does not stop a unit" "" "$(asked preinst upgrade 9.9; asked prerm upgrade 9.9)"
same "an upgrade restarts the daemon, and other units that are active" "$(echo restart irqkit.service; each try-restart)" \
	"$(asked postinst configure 0.0.1)"
same "a removal stops all" "$(each stop; echo stop irqkit.service)" "$(asked prerm remove)"
echo 'spread eth0' >"$clean/etc/irqkit.d/50-mine.conf"
check "with one, it would" inside "$clean" "systemd-analyze condition 'ConditionPathExistsGlob=/etc/irqkit.d/*.conf'"
check "installed again, as by an upgrade" inside "$clean" "apt-get -q -y --reinstall install /srv/debs/*.deb"
check "the administrator's policy is there" cat "$clean/etc/irqkit.d/50-mine.conf"
# What the services leave while they are used.
metrics=/var/lib/prometheus/node-exporter
check "apt removes" inside "$clean" "mkdir -p /var/lib/irqkit $metrics && echo 1 >$metrics/irqkit.prom &&
	echo 1 >$metrics/other.prom && echo 1 >/var/lib/irqkit/metrics.json && apt-get -q -y remove irqkit"
same "then node_exporter no longer has metrics of irqkit, and its counts are kept" \
	"$metrics/other.prom /var/lib/irqkit/metrics.json" "$(inside "$clean" "find $metrics /var/lib/irqkit -type f" | xargs)"
rm -r "$clean/var/lib/prometheus"
check "apt purges" inside "$clean" "mkdir -m 700 /run/irqkit && touch /run/irqkit/1 &&
	apt-get -q -y --auto-remove purge irqkit libirqkit0 libirqkit-dev && [ ! -e /run/irqkit ]"
same "nothing is left but the administrator's file" $'> ./etc/irqkit.d\n> ./etc/irqkit.d/50-mine.conf' \
	"$(diff <(printf '%s\n' "$before") <(files) | grep '^[<>]')"

# ---- rpmbuild, by the same machine ---------------------------------------------------------
check "'make rpm' builds" inside "$work/build" "cd /srv/one/irqkit-* && make -s rpm RPM_FLAGS=--nodeps"
# content FILE...: what is in the packages, without the folders that differ and those of the documentation
content() { sed -nE 's,^\.?(/.*/)?([^/]+[^/.])$,\2,p' | sed -E 's/\.gz$//' | sort -u; }
documents='^(README|README\.md|README\.Debian|CHANGELOG|changelog.*|SECURITY\.md|copyright|LGPL.*|irqkit-[0-9.]+|libirqkit[0-9]-[0-9.]+)$'
# shellcheck disable=SC2016 # for the inner shell
same "it has the files that Debian's packages have" \
	"$(for f in "$one"/irqkit_*.deb "$one"/libirqkit0_*.deb "$one"/libirqkit-dev_*.deb; do dpkg-deb --fsys-tarfile "$f" | tar -t; done |
		grep -v '/$' | content | grep -vE "$documents")" \
	"$(inside "$work/build" 'cd /srv/one/irqkit-*/build/rpm/RPMS && rpm -qp --qf "[%{FILEMODES:perms} %{FILENAMES}\n]" */*.rpm' |
		sed -n 's/^[-l][^ ]* //p' | grep -v /.build-id/ | content | grep -vE "$documents")"
# shellcheck disable=SC2016 # for the inner shell
empty "installed and removed, it leaves no folder in /usr/share" "$(inside "$work/build" 'cd /srv/one/irqkit-*/build/rpm/RPMS &&
	all="rpm --root /srv/rpms --nodeps --noscripts" && mkdir -p /srv/rpms && { $all -i */*.rpm && [ -x /srv/rpms/usr/sbin/irqkit ] &&
	$all -e irqkit libirqkit0 libirqkit-devel; } 2>/dev/null || echo "rpm failed" # it warns that this is Debian
	find /srv/rpms/usr/share -mindepth 1 ! -path "*/man*" ! -name doc ! -name licenses' 2>&1)"
same "and asks for the libraries that are loaded on demand" "$(on_demand | sort)" \
	"$(inside "$work/build" 'cd /srv/one/irqkit-*/build/rpm/RPMS && rpm -qp --requires */irqkit-0*.rpm' |
		sed -E 's/\(.*//' | grep -xF "$(on_demand)" | sort -u)"

# ---- the package's autopkgtest, where it is installed --------------------------------------
check "the packages are installed where they were built" inside "$work/build" \
	"cd /srv/one/irqkit-*/build/deb && dpkg -i irqkit_*.deb libirqkit0_*.deb libirqkit-dev_*.deb"
for name in golden library; do
	inside "$work/build" "cd /srv/one/irqkit-* && dist/debian/tests/$name" >"$tmp/$name" 2>&1
	result $? "autopkgtest $name" "$(grep -A 30 '^not ok' "$tmp/$name" | head -n 200)"
done
echo "# golden tests of the installed program: $(grep -c '^ok' "$tmp/golden") passed or skipped," \
	"$(grep -c '# SKIP' "$tmp/golden") skipped, $(grep -c '^not ok' "$tmp/golden") failed"
finish
