#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples of README.md and of the pages are run.
#
# In README.md, in a block that follows <!-- root: NAME -->, each line "$ COMMAND" is run
# on that root of test/roots, and what stands below it is what comes out.
#
# In a page with the comment .\" root: NAME each line "$ COMMAND" of the section EXAMPLES is
# run on that root, and must succeed and print something. Without the comment it fails. With
# .\" root: live they need the running system: options and words are only parsed, with --help.
#
# The lines of a block, or of a page, work one after the other on one copy of the root, so
# that what one has changed the next can undo.
#
# The program in libirqkit(3) is test/example/spread.c, which is run. The one at the top of
# irqkit.h is compiled and run.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# An irqkit before the real one in PATH, which adds --root to a command.
mkdir "$tmp/bin"
cat >"$tmp/bin/irqkit" <<'W'
#!/bin/bash
case ${1-} in
'' | -*) exec "$REAL_IRQKIT" "$@" ;;
*) exec "$REAL_IRQKIT" "$1" --root "$EXAMPLE_ROOT" "${@:2}" ;;
esac
W
chmod +x "$tmp/bin/irqkit"
for c in $("$O/irqkit" --list-commands); do ln -s irqkit "$tmp/bin/irq-$c"; done
export REAL_IRQKIT=$O/irqkit PATH=$tmp/bin:$PATH COLUMNS=80
unset TERM NO_COLOR

# new_root: a copy, so that an example may write. What the kernel lets nobody write, the
# affinity of a managed interrupt, stays so: an example must not move it.
new_root() {
	rm -rf "$tmp/root"
	cp -RP "$roots/$root" "$tmp/root"
	chmod -R u+w "$tmp/root"
	sed -nE "s|^([^ ]+) \[0444\].*|$tmp/root/\1|p" "test/roots/$root.root" | xargs -r chmod 0444
}

# run COMMAND: on the copy of the root. A time of today becomes the one that README.md has.
today="($(TZ=UTC date +%F)|$(TZ=UTC date -d tomorrow +%F)) [0-9]{2}:[0-9]{2}:[0-9]{2}"
run() {
	TZ=UTC EXAMPLE_ROOT=$tmp/root bash -o pipefail -c "$1" </dev/null 2>&1 |
		sed -E -e "s|( --root )?$tmp/root||g" -e "s/$today/2026-11-27 09:15:00/g"
	return "${PIPESTATUS[0]}"
}

root='' block='' command='' expected=''
end_of_example() {
	[ -z "$command" ] || same "README.md: $command" "${expected%$'\n'}" "$(run "$command")"
	command='' expected=''
}
while IFS= read -r line; do
	case $block$line in
	'<!-- root: '*) root=${line#<!-- root: } root=${root% -->} ;;
	'```'*) [ -z "$root" ] || { block=1; new_root; } ;;
	'1```') end_of_example; block='' root='' ;;
	'1$ '*) end_of_example; command=${line#'$ '} ;;
	1*) expected+=$line$'\n' ;;
	esac
done <README.md

# example NAME COMMAND
example() {
	local text status
	text=$(run "$2")
	status=$?
	[ -n "$text" ] || { status=1; text="nothing comes out"; }
	result $status "$1" "$text"
}

for page in man/*.8; do
	command -v mandoc >/dev/null || { skip "$page: examples" "no mandoc"; continue; }
	mapfile -t examples < <(mandoc -T utf8 -O width=200 "$page" | sed 's/.\x08//g' |
		awk '/^[A-Z]/ { in_it = /^EXAMPLES/ } in_it' | sed -nE 's/^ +[$#] (.*)/\1/p')
	root=$(sed -nE 's/^\.\\" root: ([^ ]+)$/\1/p' "$page" | head -n 1)
	if [ "$root" = live ] && [ ${#examples[@]} -gt 0 ]; then
		for command in "${examples[@]}"; do
			example "$page: $command" "$(sed -E 's/^(irqkit [a-z-]+[^|]*).*/\1 --help/' <<<"$command")"
		done
		continue
	fi
	if [ ${#examples[@]} -eq 0 ] || [ ! -f "test/roots/${root:-none}.root" ]; then
		result 1 "$page: examples" "no lines '\$ COMMAND' in EXAMPLES, or no comment .\\\" root: NAME"
		continue
	fi
	new_root
	mkdir -p "$tmp/root/proc/sys/net/core" # as from Linux 6.3 on
	echo 0 >"$tmp/root/proc/sys/net/core/rps_default_mask"
	for command in "${examples[@]}"; do
		example "$page: $command" "$command"
	done
done
if command -v mandoc >/dev/null; then
	empty "the example of libirqkit(3) fits 80 columns" "$(mandoc -T utf8 -O width=80 man/libirqkit.3 | sed 's/.\x08//g' |
		sed -n '/^EXAMPLES/,/^SEE ALSO/p' | awk 'length > 80')"
else
	skip "the example of libirqkit(3) fits 80 columns" "no mandoc"
fi
same "libirqkit(3) shows test/example/spread.c" "$(sed 1,2d test/example/spread.c)" \
	"$(sed -n '/^\.Bd -literal/,/^\.Ed/p' man/libirqkit.3 | sed '/^\./d; s/\\e/\\/g')"
# A library with sanitizers is linked only by what has them too.
sanitizers=()
for s in asan:address ubsan:undefined; do
	! nm -D --undefined-only "$O/libirqkit.so.0" | grep -q " __${s%:*}_" || sanitizers+=("-fsanitize=${s#*:}")
done
# The example of irqkit.h is the part of its first comment that begins with a tab.
sed -n '/^ \*\t/s/^ \*\t//p; /^ \*\t}$/q' lib/include/irqkit.h >"$tmp/first.c"
check "the example of irqkit.h compiles" "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -Ilib/include "${sanitizers[@]}" \
	-o "$tmp/first" "$tmp/first.c" "$O/libirqkit.so.0" "-Wl,-rpath,$O"
root=xen-6.1-dom0 new_root
same "and says which CPU handles interrupt 24" "CPU $(cat "$tmp/root/proc/irq/24/effective_affinity_list")" "$("$tmp/first" "$tmp/root")"

# spread_eth0: what the example prints, and its status
spread_eth0() {
	"$O/build/test/example/spread" "$tmp/root" 2>&1
	echo "status $?"
}
# affinities DIR
affinities() { (cd "$1/proc/irq" && grep . {26..33}/smp_affinity) | sed 's|/smp_affinity||'; }
root=xen-6.1-domu new_root
placed=$(printf '%s: %s\n' 26 1 27 1 28 2 29 2 30 4 31 4 32 8 33 8)
before=$(affinities "$tmp/root")
same "the example of libirqkit(3) says what it wrote" "$placed
status 0" "$(spread_eth0)"
same "and has written it" "${placed//: /:}" "$(affinities "$tmp/root")"
same "a second run writes nothing" "status 0" "$(spread_eth0)"
check "'irqkit undo' takes it back" "$O/irqkit" undo --root "$tmp/root"
same "so that all is as before" "$before" "$(affinities "$tmp/root")"
root=disks-6.1 new_root
same "without an eth0 it says so" "nothing matches 'eth0': no device or interrupt has this name; 'irqkit show' lists the interrupts
cannot spread eth0: No such process
status 1" "$(spread_eth0)"
finish
