#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# With musl-gcc: lib/ compiles, the unit tests that need nothing but the C library pass, and
# cmd/ compiles as far as its syntax goes, since Debian has popt and jansson for glibc only.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/../tap.sh"

if ! command -v musl-gcc >/dev/null; then
	skip "musl" "no musl-gcc"
	finish
	exit
fi
# Of the headers for glibc only these: its own must not be seen.
mkdir "$tmp/include" "$tmp/lib" "$tmp/unit"
for header in linux asm-generic libmnl libsmartcols popt.h jansson.h jansson_config.h curses.h ncurses_dll.h unctrl.h; do
	[ ! -e "/usr/include/$header" ] || ln -s "/usr/include/$header" "$tmp/include/"
done
ln -s "/usr/include/$(gcc -print-multiarch)/asm" "$tmp/include/asm"
flags=(-std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE "-DIRQKIT_VERSION=\"0\"" -O1 -Ilib/include -idirafter "$tmp/include")
# What is made of files in the tree, by whatever compiler.
check "roots and scripts are made" "${MAKE:-make}" -s O="$tmp" "$tmp/build/roots.made" "$tmp/build/cmd/change/script.inc"
flags+=("-DROOTS=\"$tmp/build/roots/\"" -I"$tmp/build/cmd")

# compile FILE: what the compiler says comes to be in said/, and .bad if it fails
compile() {
	local name=${1//\//_}
	local what=(-Ilib -c -o "$tmp/lib/${name%.c}.o")
	case $1 in cmd/*) what=(-Icmd -fsyntax-only) ;; esac
	musl-gcc "${flags[@]}" "${what[@]}" "$1" >"$tmp/said/$name" 2>&1 || touch "$tmp/said/$name.bad"
}
mkdir "$tmp/said"
cpus=$(nproc 2>/dev/null || echo 1)
sources=(lib/*/*.c cmd/*.c cmd/*/*.c)
for f in "${sources[@]}"; do
	[ "$(jobs -pr | wc -l)" -lt "$cpus" ] || wait -n
	compile "$f" &
done
wait
for f in "${sources[@]}"; do
	status=0
	[ ! -e "$tmp/said/${f//\//_}.bad" ] || status=1
	result $status "$f" "$(<"$tmp/said/${f//\//_}")"
done
ar rcs "$tmp/libirqkit.a" "$tmp"/lib/*.o

for f in test/unit/test_*.c; do
	name=$(basename "$f" .c)
	# as in the Makefile
	wrap=$(sed -n "s|^\$(B)/test/unit/$name: WRAP = ||p" Makefile)
	# shellcheck disable=SC2016 # $(B) is make's
	more=$(sed -n "s|^\$(B)/test/unit/$name: MORE = ||p" Makefile | sed 's|\$(B)/\([^ ]*\)\.o|\1.c|g')
	if [[ $more = *CMD_OBJS* ]]; then
		skip "$f" "needs popt and jansson"
		continue
	fi
	# Not static: --wrap would catch the calls of the C library itself, as read() in system().
	# shellcheck disable=SC2086 # words
	if text=$(musl-gcc "${flags[@]}" -Wno-clobbered -Itest/portable -Ilib -Icmd $wrap -o "$tmp/unit/$name" "$f" $more "$tmp/libirqkit.a" 2>&1); then
		check "$f passes" "$tmp/unit/$name"
	elif grep -q 'undefined reference to .mnl_' <<<"$text"; then
		skip "$f" "needs libmnl"
	else
		result 1 "$f compiles" "$text"
	fi
done
finish
