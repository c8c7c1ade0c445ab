#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# limit: 600
# long
# programs: ethtool
# Every command that irqkit advises about this machine succeeds, and none of more queues than the
# driver allows is advised.

case $ROLE in
linux) devices="$(link 1) $(link 2) $(link 3)" ;;
dom0) devices="$VIF $(link 1)" ;;
guest) devices=eth0 ;;
esac

# collect: what is quoted, once each, to ./advised; all that was said to ./said. A command that
# has nothing to show (xps of a device with one queue) may fail.
collect() {
	{
		irqkit show || fail "show: exit status $?"
		irqkit spread --dry-run || fail "spread --dry-run: exit status $?"
		for dev in $devices; do
			irqkit show "$dev" || fail "show $dev: exit status $?"
			irqkit show "$dev" --queues || fail "show $dev --queues: exit status $?"
			irqkit spread "$dev" --dry-run || fail "spread $dev --dry-run: exit status $?"
			irqkit rps "$dev" || fail "rps $dev: exit status $?"
			irqkit xps "$dev" || :
		done
	} >said 2>&1
	grep -oE "'irqkit [^']*'" said | tr -d "'" | sort -u >advised || :
}

# undo_if_changed: the last command wrote what ./json says
undo_if_changed() {
	[ "$(jq -r .changed json)" = false ] || irqkit undo -q || fail "undo of '$1': exit status $?"
}

# run COMMAND
run() {
	echo "# '$1'"
	case $1 in
	'irqkit rps '*' --'* | 'irqkit xps '*' --'* | 'irqkit channels '*' --'* | 'irqkit spread'*)
		$1 --json >json 2>err || fail "'$1': exit status $?: $(cat err)"
		undo_if_changed "$1"
		;;
	*)
		# shellcheck disable=SC2086
		status 0 $1
		;;
	esac
}

run_all() {
	while IFS= read -r command <&3; do
		# of more devices than have a line each
		case " $command " in *' DEV '*) continue ;; esac
		run "$command"
	done 3<advised
}

collect
run_all
[ "$ROLE" = linux ] || exit 0

# One queue, where more are allowed and useful; then two, both on one CPU.
first=$(link 1)
allowed=$(ethtool -l "$first" | awk '/^Combined:/ { print $2; exit }')
now=$(ethtool -l "$first" | awk '/^Combined:/ { n = $2 } END { print n }')
eq "$now" "$allowed" 'queues at the start'
[ "$(grep -c "'irqkit channels $first --combined" said)" = 0 ] || fail "more than $allowed queues are advised: $(cat said)"
trap 'ethtool -L "$first" combined "$now"; irqkit undo --force -q' EXIT
ethtool -L "$first" combined 1
useful=$(irqkit channels "$first" --json | jq '.devices[0].useful')
{ [ "$useful" -gt 1 ] && [ "$useful" -le "$allowed" ]; } || fail "$useful queues are useful of $allowed"
sh /vm/capture.sh saved
irqkit spread "$first" --dry-run --root saved >saved.out 2>&1
grep -q "'irqkit channels $first --combined=$useful'" saved.out || fail "of the saved machine: $(cat saved.out)"

# advised COMMAND: it is, and all commands that are advised work
advised() {
	irqkit set "$first" --cpus=0 --quiet >/dev/null || fail "set: exit status $?"
	for i in 1 2 3; do traffic "$first"; done
	collect
	grep -qxF "$1" advised || fail "'$1' is not advised: $(cat said)"
	run_all
}
advised "irqkit channels $first --combined=$useful"
ethtool -L "$first" combined 2
advised "irqkit spread $first"
