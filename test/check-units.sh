#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# By load, rx and tx of a queue are moved as one: on every root, as it was saved and with all
# interrupts somewhere at random, the interrupts of a queue end on one CPU, or none of them moves,
# as where rx and tx are all there is to share out. The busiest CPU gets no more load than it had.
# takes: 10 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
if ! command -v jq >/dev/null; then
	skip "queues are moved as one" "no jq"
	finish
	exit
fi

# scatter ROOT SEED: each movable interrupt is handled by a CPU that its affinity allows
scatter() {
	jq -r '"online \(.cpus | map(tostring) | join(","))",
		(.interrupts[] | select(.irq and .movable and .affinity and .affinity != "") | "\(.irq) \(.affinity)")' "$tmp/show" |
		awk -v seed="$2" -v root="$1" '
			function put(file, text, old) {
				if ((getline old <file) < 0)
					return
				close(file)
				print text >file
				close(file)
			}
			BEGIN { srand(seed) }
			$1 == "online" {
				n = split($2, part, ",")
				for (i = 1; i <= n; i++)
					online[part[i]] = 1
				next
			}
			{
				n = split($2, part, ",")
				k = 0
				for (i = 1; i <= n; i++) {
					m = split(part[i], end, "-")
					for (c = end[1] + 0; c <= end[m] + 0; c++)
						if (c in online)
							all[k++] = c
				}
				if (k == 0)
					next
				cpu = all[int(rand() * k)]
				mask = sprintf("%x", 2 ^ (cpu % 32))
				for (i = 32; i <= cpu; i += 32)
					mask = mask ",00000000"
				file = root "/proc/irq/" $1 "/effective_affinity"
				put(file, mask)
				put(file "_list", cpu)
			}'
}

# The interrupts of a queue: how many queues are together, and which are apart though one of theirs moves.
# shellcheck disable=SC2016 # jq's own
queues='($plan[0].changes | map({ key: "\(.irq)", value: . }) | from_entries) as $step |
	[.interrupts[] | select(.irq and .device and (.queues | length) == 1 and $step["\(.irq)"]) |
		$step["\(.irq)"] as $s |
		{ queue: "\(.device) \(.queues[0] | sub(".*-"; ""))", irq, moves: ($s.result == "planned"),
			cpus: (if $s.result == "planned" then $s.new_cpus else ($s.effective // "?") end) }] |
	group_by(.queue) | map(select(length > 1))'

# plan ROOT NAME WORD...
plan() {
	local root=$1 name=$2 worse
	shift 2
	"$O/irqkit" spread all --root "$root" --dry-run --json "$@" >"$tmp/plan" 2>/dev/null || return 0
	jq -e .changes "$tmp/plan" >/dev/null 2>&1 || return 0
	planned=$((planned + 1))
	jq -r --slurpfile plan "$tmp/plan" "$queues"' | .[] |
		(map(.cpus) | unique | length) as $n |
		if $n == 1 then "together" elif any(.moves) then "apart \(.)" else "left" end' "$tmp/show" >"$tmp/ends"
	together=$((together + $(grep -c '^together' "$tmp/ends")))
	left=$((left + $(grep -c '^left' "$tmp/ends")))
	apart+=$(grep '^apart' "$tmp/ends" | sed "s/^/$name: /")
	[ "${gets_worse-}" = true ] || return 0
	worse=$(jq -r '.imbalance_cpus as $judged | [.loads[] | select(.cpu as $c | $judged | index($c))] |
		select((map(.after) | max) > (map(.before) | max)) | "\(map(.before) | max) \(map(.after) | max)"' "$tmp/plan")
	judged=$((judged + 1))
	[ -z "$worse" ] || bad+="$name: $worse"$'\n'
}

planned=0 judged=0 together=0 left=0 apart='' bad=''
for saved in "$roots"/*; do
	name=${saved##*/}
	"$O/irqkit" show --json --root "$saved" >"$tmp/show" 2>/dev/null || continue
	jq -e '.interrupts | length > 0' "$tmp/show" >/dev/null 2>&1 || continue
	plan "$saved" "$name" --by=total
	# only where rx and tx have their own interrupts
	jq -e "[.interrupts[] | select(.device and (.queues | length) == 1) | \"\\(.device) \\(.queues[0] | sub(\".*-\"; \"\"))\"] |
		group_by(.) | any(length > 1)" "$tmp/show" >/dev/null || continue
	for seed in 1 2; do
		rm -rf "$tmp/root"
		cp -RP "$saved" "$tmp/root"
		scatter "$tmp/root" $seed
		plan "$tmp/root" "$name, scattered $seed" --by=total
		# all can stay, and no CPU shares a core: nothing has to become worse
		alone=$(jq '[.cores[]? | select(.cpus | test("[-,]"))] == []' "$tmp/show")
		gets_worse=$alone plan "$tmp/root" "$name, scattered $seed, anywhere" --by=total --gain=0 --cpus=all --node=any
	done
done
echo "# $planned plans: $together queues together, $left left as they are"
empty "an interrupt is never moved away from its queue" "$apart"
empty "the busiest CPU gets no more than it had" "$bad"
check "most queues end together" test "$together" -gt $((5 * left))
check "there are many" test "$together" -gt 400 -a "$judged" -gt 10
finish
