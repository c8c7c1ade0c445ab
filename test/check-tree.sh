#!/usr/bin/env bash
# A copy of the tree, built anew: a build leaves no file that git would show; what is
# installed runs as it stands and can be compiled against; uninstalled, nothing is left.
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

bin=$stage$prefix/sbin/irqkit
same "the installed program runs by itself" "$(./irqkit --version)" "$(env -u LD_LIBRARY_PATH "$bin" --version 2>&1)"
check "the installed program takes its library from beside it" \
	bash -c "ldd '$bin' | grep -F 'libirqkit.so.0 => $stage$prefix/'"
for c in $(./irqkit --list-commands); do
	check "the link irq-$c runs $c" bash -c "cmp <('$stage$prefix/sbin/irq-$c' --help) <('$bin' $c --help)"
	check "irqkit-$c(8) is installed" test -s "$stage$prefix/share/man/man8/irqkit-$c.8"
done
for f in include/irqkit.h lib/libirqkit.so lib/pkgconfig/libirqkit.pc share/man/man8/irqkit.8 \
	share/man/man3/libirqkit.3 share/man/man5/irqkit-json.5 \
	share/bash-completion/completions/irqkit share/zsh/site-functions/_irqkit \
	share/fish/vendor_completions.d/irqkit.fish; do
	check "$f is installed" test -s "$stage$prefix/$f"
done

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
