#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A copy of the tree, built again: a build leaves no file that git would show; what is
# installed runs as it stands and can be compiled against; uninstalled, nothing is left.
# All is compiled once: further builds take the objects of the first, as they are about who may
# write where.
# takes: 40 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

make=${MAKE:-make}
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
copy=$tmp/tree stage=$tmp/stage prefix=/opt/irqkit
built_in=$O
unset O
mkdir "$copy"
git() { command git -c user.name=test -c user.email=test@localhost -c safe.directory='*' "$@"; }
git ls-files -z --cached --others --exclude-standard 2>/dev/null |
	while IFS= read -r -d '' f; do case $f in test/roots/* | test/vm/*) ;; *) [ ! -e "$f" ] || printf '%s\0' "$f" ;; esac; done |
	tar -c --null -T - | tar -x -C "$copy"
if [ ! -f "$copy/Makefile" ]; then
	skip "a build leaves nothing behind" "not a git repository"
	finish
	exit
fi
cd "$copy" || exit 1
git init -q . && git add -A && git commit -qm tree

run_make() { "$make" -s CC="${CC:-cc}" CFLAGS=-O0 PREFIX=$prefix "$@"; }

check "it builds" run_make
empty "a build leaves no untracked file" "$(git status --porcelain)"
check "it installs" run_make install DESTDIR="$stage"
empty "nothing is installed outside of the prefix" "$(find "$stage" -type f -o -type l | grep -v "^$stage$prefix/")"

# page NAME: the page of section 8, as it is read; with man-db if it is there
page() {
	if command -v man >/dev/null && [ -x /usr/bin/groff ]; then
		MANPATH=$stage$prefix/share/man MANWIDTH=78 man -P cat "${1%.8}" 2>&1
	else
		(cd "$stage$prefix/share/man" && sed 's|^\.so \(.*\)|cat \1|e' "man8/$1")
	fi
}
bin=$stage$prefix/sbin/irqkit
same "the installed program runs by itself" "$(./irqkit --version)" "$(env -u LD_LIBRARY_PATH "$bin" --version 2>&1)"
empty "the installed program has the library inside" "$(ldd "$bin" | grep libirqkit)"
for c in $(./irqkit --list-commands); do
	check "the link irq-$c runs $c" bash -c "cmp <('$stage$prefix/sbin/irq-$c' --help) <('$bin' $c --help)"
	check "irqkit-$c(8) is installed" test -s "$stage$prefix/share/man/man8/irqkit-$c.8"
	same "irq-$c(8) is irqkit-$c(8)" "$(page "irqkit-$c.8")" "$(page "irq-$c.8")"
done
for f in include/irqkit.h lib/libirqkit.so lib/pkgconfig/libirqkit.pc share/man/man8/irqkit.8 \
	share/man/man3/libirqkit.3 share/man/man5/irqkit-json.5 share/man/man7/irqkit-cookbook.7 \
	share/bash-completion/completions/irqkit share/zsh/site-functions/_irqkit \
	share/fish/vendor_completions.d/irqkit.fish share/irqkit/irqkit.schema.json; do
	check "$f is installed" test -s "$stage$prefix/$f"
done

empty "the foot of each page names the version" "$(
	find "$stage$prefix/share/man" -name 'irqkit*' -o -name 'libirqkit*' | while read -r page; do
		grep -qxF ".Os $(./irqkit --version)" "$page" || echo "$page"
	done)"

# The names of links are those of the sources: the program may be another machine's.
mv irqkit irqkit.here
printf '#!/bin/sh\nexit 1\n' >irqkit
chmod +x irqkit
check "it installs without running the program" run_make install DESTDIR="$tmp/other" -o irqkit
same "and makes all links" "$(cd "$stage" && find . -name 'irq-*' | sort)" "$(cd "$tmp/other" && find . -name 'irq-*' | sort)"
if turkish true; then
	check "in Turkish, it installs" turkish run_make install DESTDIR="$tmp/turkish" -o irqkit
	same "and makes the same files" "$(cd "$tmp/other" && find . | sort)" "$(cd "$tmp/turkish" && find . | sort)"
else
	skip "in Turkish, it makes the same files" "no localedef that knows tr_TR"
fi
mv irqkit.here irqkit
mkdir "$tmp/none"
same "without a subcommand nothing is installed" "irqkit: no subcommand found in cmd/" \
	"$(run_make install DESTDIR="$tmp/none" SUBCOMMANDS= 2>&1 | head -n 1)"
empty "and no file is made" "$(find "$tmp/none" -type f)"

# Where ld.so looks anyway, nothing is said of a folder: the program starts without /proc then.
check "with LIBIRQKIT=shared, it installs" run_make install DESTDIR="$tmp/shared" LIBIRQKIT=shared -o irqkit
check "the program takes its library from beside it then" \
	bash -c "ldd '$tmp/shared$prefix/sbin/irqkit' | grep -F 'libirqkit.so.0 => $tmp/shared$prefix/'"
same "and runs" "$(./irqkit --version)" "$(env -u LD_LIBRARY_PATH "$tmp/shared$prefix/sbin/irqkit" --version 2>&1)"
check "it installs to /usr" run_make install DESTDIR="$tmp/usr" PREFIX=/usr LIBIRQKIT=shared -o irqkit
if ldconfig=$(PATH=$PATH:/usr/sbin:/sbin command -v ldconfig) && "$ldconfig" -v -N -X 2>/dev/null | grep -q '^/\(usr/\)\?lib:'; then
	empty "in /usr the program has no RUNPATH" "$(readelf -d "$tmp/usr/usr/sbin/irqkit" | grep -i runpath)"
fi

# In a chroot that has only the program and its libraries: what is not mounted is named.
for lib in $(ldd ./irqkit | grep -v libirqkit | grep -oE '/[^ ]+'); do
	mkdir -p "$tmp/usr${lib%/*}"
	cp -L "$lib" "$tmp/usr$lib"
done
mkdir -p "$tmp/usr/proc" "$tmp/usr/sys" "$tmp/usr/var/run"
ln -s /var/run "$tmp/usr/run"
# bare COMMAND...: with what $mounts mounts, and without what runs outside
bare() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m bash -c 'cd "$1" && eval "$2" && shift 2 && exec chroot . "$@"' - "$tmp/usr" "$mounts" "$@" 2>&1
}
# on_demand: the libraries that the program loads when it needs them
on_demand() { sed -nE 's/^ON_DEMAND\("([^"]+)".*/\1/p' cmd/*/*.c; }
same "three libraries are loaded on demand" 3 "$(on_demand | sort -u | wc -l)"
mounts=
if ! unshare -m true 2>/dev/null || [ "$(id -u)" -ne 0 ]; then
	skip "without the libraries that are loaded on demand" "not root, or no mount name spaces here"
else
	cp -RP "$roots/queues-8cpu" "$tmp/usr/saved"
	before=$(cat "$tmp"/usr/saved/proc/irq/*/smp_affinity)
	same "without libsmartcols, plain output is the same" "$(./irqkit show --root="$tmp/usr/saved")" \
		"$(bare /usr/sbin/irqkit show --root=/saved)"
	while read -r library option; do
		same "without $library, nothing is written" 1 \
			"$(bare /usr/sbin/irqkit set 24 --cpus=5 --root=/saved "$option" >"$tmp/said"; echo $?)"
		check "without $library, it is named" grep -q "^irqkit: cannot load $library" "$tmp/said"
		same "without $library, the affinities are the same" "$before" "$(cat "$tmp"/usr/saved/proc/irq/*/smp_affinity)"
	done <<-'END'
		libsmartcols.so.1 --color=auto
		libjansson.so.4 --json
	END
fi
for lib in $(on_demand); do
	path=$("${CC:-cc}" -print-file-name="$lib")
	mkdir -p "$tmp/usr$(dirname "$path")"
	cp -L "$path" "$tmp/usr$path"
done
if ! unshare -m true 2>/dev/null || [ "$(id -u)" -ne 0 ]; then
	skip "in a chroot without /proc and /sys" "not root, or no mount name spaces here"
else
	same "without /proc the program starts" "$(./irqkit --version)" "$(bare /usr/sbin/irqkit --version)"
	same "and says that /proc is not mounted" \
		"irqkit: cannot read /proc/interrupts: /proc is not mounted, or only in part (subset=pid)" \
		"$(bare /usr/sbin/irqkit show)"
	mounts='mount -t proc proc proc'
	for command in "show lo" "show lo:0" "show lo --queues" "rps lo" "xps lo" "pin-queue lo 0=0" \
		"set lo --cpus=0" "spread" "spread lo" "show driver:e1000" "show --queues"; do
		# shellcheck disable=SC2086 # words
		same "without /sys, '$command' says so" \
			"irqkit: /sys is missing or not mounted: without it, no device or queue can be found" \
			"$(bare /usr/sbin/irqkit $command)"
	done
fi

# A folder with a space in its name is one folder.
echo keep >"$tmp/two"
check "it installs to a folder with a space" run_make install DESTDIR="$tmp/two words"
check "and uninstalls from there" run_make uninstall DESTDIR="$tmp/two words"
empty "where nothing is left" "$(find "$tmp/two words" -mindepth 1)"
same "and nothing else is deleted" keep "$(cat "$tmp/two")"
# Units, scripts and libirqkit.pc could not name such folders.
# refused FOLDER...: what is said of each
refused() { for f; do run_make install DESTDIR="$tmp/none" "$f" 2>&1 | sed -n "s/.*[*] \(.*\) cannot be installed to:.*/\1/p"; done; }
same "other folders with odd names are refused" "PREFIX='/two words' PREFIX='/a&b' PREFIX='/100%' PREFIX='opt' LIBDIR='lib' BASHDIR=''" \
	"$(refused 'PREFIX=/two words' 'PREFIX=/a&b' 'PREFIX=/100%' PREFIX=opt LIBDIR=lib BASHDIR= | xargs -d'\n')"
empty "and no file is made for them" "$(find "$tmp/none" -type f)"
# Without DESTDIR, as administrators do. ldconfig would look at the whole system.
printf '#!/bin/sh\n' >"$tmp/ldconfig" && chmod +x "$tmp/ldconfig"
check "it installs to /opt/irqkit or so" env PATH="$tmp:$PATH" "$make" -s CC="${CC:-cc}" CFLAGS=-O0 PREFIX="$tmp/kits/irqkit" install
echo keep >"$tmp/kits/irqkit/share/irqkit/mine"
check "and uninstalls from there" env PATH="$tmp:$PATH" "$make" -s PREFIX="$tmp/kits/irqkit" uninstall
same "where only what others made is left" "$tmp/kits/irqkit/share/irqkit/mine" "$(find "$tmp/kits" -type f -o -empty)"
same "O= with a space is refused" "*** O='$tmp/a b' has a space in it: make cannot work in such a folder.  Stop." \
	"$(run_make O="$tmp/a b" 2>&1 | sed 's/^Makefile:[0-9]*: //')"
# One of each kind is made again: an object of each half, an embedded script, what is linked.
rm -f irqkit libirqkit.so* build/libirqkit.a build/lib/base/array.o build/cmd/main.o build/cmd/change/script.*
empty "make -s says nothing" "$(run_make 2>&1)"
check "and has made all of it" test -x irqkit -a -e libirqkit.so -a -s build/cmd/main.o -a -s build/cmd/change/script.o

# Under sudo, a user's tree is built as that user. What is root's in it is named at once.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	# last_words COMMAND...: what it says of irqkit, and its status; as a user, or as root by sudo
	last_words() { "$@" 2>&1 | grep '^irqkit: '; echo "status ${PIPESTATUS[0]}"; }
	as_user() { last_words setpriv --reuid=12345 --regid=12345 --clear-groups "$make" -s -C "$tmp/users" CC="$tmp/copying-cc" "$@"; }
	by_sudo() { last_words env SUDO_UID=12345 SUDO_GID=12345 "$make" -s -C "$tmp/users" CC="$tmp/copying-cc" "$@"; }
	says="belongs to root, and you cannot write to it:"
	cp -r "$copy" "$tmp/users"
	(cd "$tmp/users" && git clean -qfdx)
	# copying-cc ...: a compiler that has compiled all of it before
	cat >"$tmp/copying-cc" <<-END
		#!/bin/sh
		for word; do
			[ "\$before" != -o ] || out=\$word
			before=\$word
		done
		case \$out in
		*.o) [ ! -f "$tmp/first/\$out" ] || exec cp "$tmp/first/\${out%.o}".[od] "\${out%/*}" ;;
		esac
		exec "${CC:-cc}" "\$@"
	END
	chmod 755 "$tmp/copying-cc"
	cp -r "$copy" "$tmp/first"
	chmod 711 "$tmp"
	same "a tree of root's is named" "irqkit: $tmp/users $says build elsewhere with 'make O=DIR'"$'\nstatus 2' "$(as_user all)"
	chown -R 12345:12345 "$tmp/users"
	mkdir "$tmp/users/build"
	touch "$tmp/users/build/commands"
	same "a build/ of root's is named" "irqkit: build $says remove it with 'sudo make clean'"$'\nstatus 2' "$(as_user all)"
	same "under sudo too" "irqkit: build $says remove it with 'sudo make clean'"$'\nstatus 2' "$(by_sudo all)"
	same "who cannot remove it is told how" \
		$'irqkit: \'sudo make clean\' also removes what belongs to root\nstatus 2' "$(as_user clean)"
	same "that removes it" "status 0" "$(by_sudo clean)"
	check "it builds under sudo" env SUDO_UID=12345 SUDO_GID=12345 "$make" -s -C "$tmp/users" CC="$tmp/copying-cc" all
	empty "and the user owns what was built" "$(find "$tmp/users" ! -uid 12345)"
	check "it installs under sudo" env SUDO_UID=12345 SUDO_GID=12345 "$make" -s -C "$tmp/users" CC="$tmp/copying-cc" install DESTDIR="$tmp/roots"
	empty "and root owns what was installed" "$(find "$tmp/roots" ! -uid 0)"
	empty "still the user owns what was built" "$(find "$tmp/users" ! -uid 12345)"
	chown 0 "$tmp/users/build/lib/base/number.d"
	same "one file of root's is named" \
		"irqkit: build/lib/base/number.d $says remove it with 'sudo make clean'"$'\nstatus 2' "$(as_user all)"
else
	skip "it builds under sudo" "only root can try"
fi

# pkg-config takes a space in a sysroot for two words
plain=$(mktemp -d /tmp/irqkit-tree.XXXXXX) || exit 1
trap 'rm -rf "$tmp" "$plain"' EXIT
ln -s "$stage" "$plain/stage"
export PKG_CONFIG_PATH=$plain/stage$prefix/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$plain/stage
cat >user.c <<'C'
#include <irqkit.h>
#include <stdio.h>
int main(void)
{
	struct irqkit_cpuset *set;
	return irqkit_cpuset_new(&set) < 0 || puts(irqkit_version()) < 0;
}
C
check "pkg-config names the version" pkg-config --exact-version="$(./irqkit --version | cut -d' ' -f2)" libirqkit
read -ra flags < <(pkg-config --cflags --libs libirqkit)
check "a program compiles by pkg-config's flags" \
	"${CC:-cc}" -o user user.c "${flags[@]}" "-Wl,-rpath,$stage$prefix/lib"
same "and runs" "$(./irqkit --version | cut -d' ' -f2)" "$(./user 2>&1)"

check "it uninstalls" run_make uninstall DESTDIR="$stage"
empty "uninstalled, nothing is left" "$(find "$stage" -mindepth 1 2>/dev/null)"
rm -f user user.c
check "make clean" run_make clean
empty "clean, nothing is left" "$(git status --porcelain --ignored)"
O=$built_in
finish
