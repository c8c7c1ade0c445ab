#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Policy files drawn from a grammar, half of them with one mutation. None crashes irqkit; one that is
# refused writes nothing; one that is applied satisfies the law: check is 0, a second run changes
# nothing, and one undo brings back the start.
#
#   test/check-policies.sh              300 files (make check)
#   test/check-policies.sh --long       10,000 (make check-long)
#   test/check-policies.sh N SEED       so many, others
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
umask 022

irqkit=$O/irqkit
n=300 seed=${2:-1}
case ${1-} in
--long) n=10000 ;;
[0-9]*) n=$1 ;;
esac
root=$tmp/root
cp -RP "$roots/queues-8cpu" "$root"
chmod -R u+w "$root"
mkdir "$tmp/files"
awk -v n="$n" -v dir="$tmp/files" -v seed="$seed" -f test/policies.awk

settings() {
	# undone, a file of a saved root has empty lines at its end
	(cd "$root" && grep -H . proc/irq/*/smp_affinity proc/irq/default_smp_affinity proc/sys/net/core/rps_* sys/class/net/*/queues/*/[rx]ps_*)
}
start=$(settings)

# complain FILE WHAT
complain() {
	n_bad=$((n_bad + 1))
	[ "$n_bad" -gt 5 ] || trouble+="file $1: $2"$'\n'$(cat -v "$tmp/files/$1")$'\n'
}

# apply FILE OPTION...: the status
apply() {
	"$irqkit" apply "$tmp/files/$1" --root="$root" "${@:2}" >"$tmp/out" 2>"$tmp/err"
}

n_bad=0 trouble='' planned=0 refused=0 applied=0
for ((i = 1; i <= n; i++)); do
	apply "$i" -n
	status=$?
	case $status in
	0 | 3 | 4) planned=$((planned + 1)) ;;
	2)
		refused=$((refused + 1))
		if [ $((i % 2)) -eq 1 ] && ! grep -qE 'contains no CPU|leaves no CPU|cannot be combined|fewer CPUs|isolated|belongs to both|has none of|no effect|but only' "$tmp/err"; then
			complain "$i" "it is right, and refused: $(head -n 3 "$tmp/err")"
		fi
		apply "$i"
		[ $? -eq 2 ] || complain "$i" "refused at first only"
		grep -qE '^irqkit: .*/files/[0-9]+:[0-9]+: ' "$tmp/err" || complain "$i" "no line is named: $(head -n 3 "$tmp/err")"
		;;
	*) complain "$i" "status $status: $(head -n 3 "$tmp/err")" ;;
	esac
	# the law, for some of those that can be applied
	if [ "$status" -eq 0 ] && [ $((i % 3)) -eq 0 ]; then
		applied=$((applied + 1))
		apply "$i" -q
		"$irqkit" check "$tmp/files/$i" --root="$root" >"$tmp/check" 2>&1 || complain "$i" "check after apply: $(head -n 5 "$tmp/check")"
		once=$(settings)
		apply "$i" -q
		[ "$(settings)" = "$once" ] || complain "$i" "a second run changes something"
		while "$irqkit" undo -q --root="$root" >/dev/null 2>&1; do :; done
		rm -rf "$root/run"
	fi
	if [ $((i % 100)) -eq 0 ] || [ "$i" -eq "$n" ]; then
		[ "$(settings)" = "$start" ] || complain "$i" "something of the last files stays written"
	fi
done
empty "$n policy files, of which $refused were refused and $applied applied" "$trouble"
share=$((planned * 100 / n))
echo "# $share % reach the planner"
result $((share <= 40)) "more than 40 % reach the planner" "$share %"
result $((applied == 0)) "some were applied"
finish
