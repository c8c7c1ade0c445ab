# SPDX-License-Identifier: LGPL-2.1-or-later
# Policy files from a grammar, for test/check-policies.sh: N files DIR/1, DIR/2, ...; each second one
# has one mutation. -v n=N -v dir=DIR -v seed=SEED
function pick(list,   part, k) { k = split(list, part, "|"); return part[int(rand() * k) + 1] }
function number(max) { return int(rand() * (max + 1)) }
function cpus(   a, b) {
	a = number(7); b = a + number(7 - a)
	return pick("all|all,^0|" a "|" a "-" b "|" a "," b "|node:0|node:1|first-threads|other-threads|housekeeping|llc:" a \
		"|siblings:" a "|node:0-1|0-7:2|all,^" a)
}
function device() { return pick("eth0|eth1|eth2|eth3|eth4") }
function queue_of(name) { return name ":" pick("rx-0|tx-0|0") }
function target() { return pick("eth0|eth1|eth2|eth3|eth4|eth0:rx-1|eth2:3|24|25-27|'eth2-TxRx-*'|\"eth2-TxRx-1\"|name:eth1|all|eth9") }
function option_of(word) { return rand() < .5 ? word : "" }
function set_line() {
	if (rand() < .15) return "set --default --cpus=" cpus()
	if (rand() < .15) return "set " target() " --mask=" pick("f|ff|01|0x0f|00000000,0000000f")
	if (rand() < .15) return "set eth2 --cpus=current," cpus()
	return "set " target() (rand() < .3 ? " " target() : "") " --cpus=" cpus()
}
function spread_line() {
	return "spread" (rand() < .7 ? " " pick("eth0|eth1|eth2|eth3|all") : "") option_of(" --cpus=" cpus()) \
		pick("|| --node=any| --node=0| --by=total| --by=total --gain=5| --by=irq| --by=hint| --width=2| --split")
}
function pin_line() { return "pin-queue " pick("eth0|eth2|eth3") " " pick("0=" number(7) "|0=1 1=2|rx-0=3 tx-0=3|all=" cpus() " --wrap") pick("|| --irq-only| --no-xps") " --no-threads" }
function rps_line() { return "rps " device() " " pick("--auto|--off|--cpus=" cpus() "|--mask=0f|--flows=4096|--auto --flows=512|--cpus=1-3 --queues=0") }
function xps_line() { return "xps " pick("eth0|eth2|eth3") " " pick("--auto|--off|--rxqs|--cpus=" cpus() "|--cpus=2 --queues=0") }
function line(   kind, l) {
	kind = number(4)
	l = kind == 0 ? set_line() : kind == 1 ? spread_line() : kind == 2 ? pin_line() : kind == 3 ? rps_line() : xps_line()
	if (rand() < .3) l = "-" l
	if (rand() < .2) sub(/ /, pick(" \\\n  |\t|   "), l)
	if (rand() < .2) l = l "   # " pick("why|it's|\"|--json")
	return (rand() < .1 ? "  " : "") l
}
function mutate(text,   at, len, c) {
	len = length(text); at = int(rand() * len) + 1
	c = pick("'|\"|\\|;|$|-|=|,|^|#|\n|x|9|*|:| |\001|\303|&")
	if (rand() < .1) c = "|"
	if (rand() < .3) return substr(text, 1, at - 1) substr(text, at + 1)
	if (rand() < .5) return substr(text, 1, at - 1) c substr(text, at + 1)
	if (rand() < .3) return substr(text, 1, at)
	return substr(text, 1, at) c substr(text, at + 1)
}
BEGIN {
	srand(seed)
	for (i = 1; i <= n; i++) {
		text = ""
		for (j = number(4) + 1; j > 0; j--) text = text line() "\n"
		if (i % 2 == 0) text = mutate(text)
		printf "%s", text >(dir "/" i)
		close(dir "/" i)
	}
}
