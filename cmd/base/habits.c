/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Habits of taskset, tuna, lsirq, irqtop, ethtool, numactl, irqbalance and the scripts of
 * drivers: what their users type, and what irqkit calls it. Nothing here is ever run: it
 * becomes "did you mean '...'?". Habits in a SET and in a TARGET are the library's, which
 * reads those.
 *
 * To add one: a line in a table below, and a line in test/golden/habit-*.test. A command or
 * an option that exists is never looked for here.
 */
#include "base/habits.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum use { ALONE, FILLED, FOLLOWED, PAIRED, REPEATED };

static const struct {
	const char *words; /* separated by spaces */
	const char *hint;
	/*
	 * How the words that follow, up to an option, are used. FILLED: they replace the
	 * words in capitals, in this order. FOLLOWED: they are added at the end. PAIRED:
	 * likewise, and the line is only for words of which one is QUEUE=SET. REPEATED: all
	 * words are added, options too. ALONE: they are ignored, because they mean something
	 * else, as in `taskset 3 24`.
	 */
	enum use use;
} commands[] = {
	{ "cat grep egrep awk less head tail perf proc", "irqkit show", ALONE },
	{ "irqkit", "irqkit", REPEATED },
	{ "systemctl", "systemctl", REPEATED },
	{ "journalctl", "journalctl", REPEATED },
	{ "list ls status stat stats info get display print view lsirq irq irqs "
	  "interrupts show_irqs query describe inspect dev device",
		"irqkit show", FOLLOWED },
	{ "queues threads show-queues", "irqkit show --queues", FOLLOWED },
	{ "cpus cores cpu", "irqkit show --by-cpu", ALONE },
	{ "watch monitor live rates irqtop htop softirqs softirq mpstat "
	  "vmstat sar",
		"irqkit top", ALONE },
	{ "diff difference before after", "irqkit compare BEFORE AFTER", FILLED },
	{ "diagnose advice advise health problems audit lint analyze analyse suggest "
	  "recommend report summary",
		"irqkit doctor", ALONE },
	{ "rules findings", "irqkit doctor --list", ALONE },
	{ "explain why", "irqkit doctor --explain=ID", FILLED },
	{ "fix repair mend tune optimize optimise tuned", "irqkit doctor --fix", ALONE },
	{ "assign bind pin set-queue", "irqkit pin-queue", PAIRED },
	{ "affinity assign move bind pin migrate set-affinity "
	  "set_affinity setaffinity irq_affinity smp_affinity_list",
		"irqkit set TARGET --cpus=SET", FILLED },
	{ "smp_affinity", "irqkit set TARGET --mask=HEX", FILLED },
	{ "taskset tuna echo", "irqkit set TARGET --cpus=SET", ALONE },
	{ "ban banirq", "irqkit set TARGET --cpus=current --ban", FILLED },
	{ "balance rebalance distribute irqbalance auto set_irq_affinity "
	  "set_irq_affinity.sh set_irq_affinity_cpulist.sh",
		"irqkit spread", ALONE },
	{ "isolcpus nohz_full shield isolated reserve", "irqkit isolate SET", FILLED },
	{ "cset cpuset", "irqkit isolate SET", ALONE },
	{ "ethtool channel", "irqkit channels DEV", ALONE },
	{ "ip ifconfig link nic netdev interfaces", "irqkit channels", ALONE },
	{ "rps_cpus", "irqkit rps DEV", FILLED },
	{ "xps_cpus xps_rxqs", "irqkit xps DEV", FILLED },
	{ "rps_default_mask", "irqkit rps --default", ALONE },
	{ "rps_sock_flow_entries", "irqkit rps --entries", ALONE },
	{ "default irqaffinity", "irqkit set --default --cpus=SET", FILLED },
	{ "default_smp_affinity", "irqkit set --default --mask=HEX", FILLED },
	{ "rfs flows rps_flow_cnt", "irqkit rps DEV --flows=N", FILLED },
	{ "queue", "irqkit pin-queue DEV QUEUE=SET", ALONE },
	{ "restore revert rollback reset cancel unset unban unisolate unpin include",
		"irqkit undo", ALONE },
	{ "history log journal changes redo", "irqkit undo --list", ALONE },
	{ "trace follow blame events", "irqkit who", FOLLOWED },
	{ "hex convert cpumask", "irqkit mask SET", FILLED },
	{ "topology nodes node numa numactl hardware lscpu "
	  "nproc lstopo hwloc-ls",
		"irqkit mask --words", ALONE },
	{ "load import reload", "irqkit apply", FOLLOWED },
	{ "stay daemon service keep", "irqkit apply --stay", ALONE },
	{ "start restart", "systemctl restart irqkit", ALONE },
	{ "stop", "systemctl stop irqkit", ALONE },
	{ "enable", "systemctl enable --now irqkit", ALONE },
	{ "disable", "systemctl disable --now irqkit", ALONE },
	{ "policies config conf", "irqkit check", ALONE },
	{ "settings", "irqkit save", ALONE },
	{ "verify validate test", "irqkit check", FOLLOWED },
	{ "export dump backup store persist", "irqkit save", ALONE },
	{ "prometheus exporter", "irqkit metrics", ALONE },
	{ "plan preview", "irqkit spread --dry-run", ALONE },
	{ "version", "irqkit --version", ALONE },
	{ "usage man commands", "irqkit help", FOLLOWED },
	{ "install", "irqkit --install DIR", FILLED },
};

static const struct {
	const char *command; /* NULL: of any command that has the option of the hint */
	const char *words;
	/* begins with --, or %s stands for the command, and "..." for its other words */
	const char *hint;
} options[] = {
	{ "set", "--show --list --status --query --get", "irqkit show TARGET" },
	{ "set", "--auto --balance", "irqkit spread TARGET" },
	{ "set", "--to", "--cpus=SET" },
	{ "set", "--local", "--cpus=local" },
	{ "set", "--exclude --except --without --not", "--cpus=current,^N" },
	{ "spread", "--show --list --status", "irqkit show TARGET" },
	{ "spread", "--exclude --except --without --not", "--cpus=all,^N" },
	{ "spread", "--oneshot --once", "irqkit %s ..." },
	{ "show", "--rps", "irqkit rps" },
	{ "show", "--xps", "irqkit xps" },
	{ "show", "--threads", "--queues" },
	{ "show", "--movable --immovable --managed", "irqkit %s -o +movable ..." },
	{ "show", "--driver --drivers", "irqkit %s -o +driver ..." },
	{ "show", "--isolated", "--cpus=isolated" },
	{ "show", "--housekeeping", "--cpus=housekeeping" },
	{ "show", "--filter --grep --match --name", "irqkit %s TARGET" },
	{ "show", "--help-columns --list-columns", "--help" },
	{ "rps", "--show --list --status", "irqkit %s ..." },
	{ "xps", "--show --list --status", "irqkit %s ..." },
	{ "rps", "--set", "--cpus=SET" },
	{ "xps", "--set", "--cpus=SET" },
	{ "rps", "--clear --remove --delete", "--off" },
	{ "xps", "--flows --rfs --entries --rps", "irqkit rps DEV --flows=N" },
	{ "xps", "--clear --remove --delete", "--off" },
	{ "pin-queue", "--all", "irqkit %s DEV all=SET" },
	{ "undo", "--reset --restore --revert", "irqkit %s" },
	{ "mask", "-c -C --cpu --set", "irqkit %s SET" },
	{ "mask", "--node --numa -N", "irqkit %s node:N" },
	{ "mask", "--all -a", "irqkit %s all" },
	{ "doctor", "--yes -y", "--fix" },
	/* taskset -c, tuna -c, lsirq --cpu-list, numactl --physcpubind */
	{ NULL,
		"-c --cpu-list --cpulist --cpuset --core --cores --affinity "
		"--smp-affinity "
		"--physcpubind --processors",
		"--cpus=SET" },
	{ "pin-queue", "-c -C --cpus --cpu --cpu-list --affinity",
		"irqkit %s DEV all=SET" },
	{ "isolate", "-c -C --cpus --cpu --cpu-list --cpuset --affinity",
		"irqkit %s SET" },
	{ "isolate", "--undo --off --remove --release --reset", "irqkit undo" },
	{ "isolate", "--list --show --status --query -l", "irqkit %s" },
	/* what a line of a policy file has */
	{ "apply", "--stdin", "irqkit %s -" },
	{ "apply", "-f --file --policy --config --conf", "irqkit %s FILE" },
	{ "check", "-f --file --policy --config --conf", "irqkit %s FILE" },
	{ "apply", "--daemon --watch --loop --every --interval --follow --background -d",
		"--stay" },
	{ "apply", "--check --verify --diff", "irqkit check" },
	{ "apply", "--reapply --again --reload --refresh", "--anew" },
	{ "apply", "-C -c --cpus --cpu --cpu-list --affinity --mask",
		"irqkit set TARGET --cpus=SET" },
	{ "check", "--all -a --list", "irqkit check" },
	{ "check", "--fix --apply --repair", "irqkit apply" },
	{ "check", "--daemon --watch --loop --every --interval --stay",
		"irqkit apply --stay" },
	{ "save", "-o --output --file -f --out", "irqkit %s >FILE" },
	{ "metrics", "-o --output --out -f --textfile --textfile-dir", "--file=FILE" },
	{ "metrics", "--port --listen --web.listen-address --serve --daemon", "--file" },
	{ "top", "--interval --period --every --refresh -i", "--delay=SECONDS" },
	{ "top", "--count --max --samples --frames", "--iterations=N" },
	{ "top", "--once -1", "--for=1" },
	{ "top", "-p", "irqkit %s TARGET" },
	{ "who", "-f --follow --watch --live", "irqkit %s ..." },
	{ "who", "--interval --time --timeout --duration --seconds", "--for=SECONDS" },
	{ "doctor", "--interval --time --timeout --duration --delay --seconds",
		"--for=SECONDS" },
	{ "doctor", "--apply --repair --auto --mend", "--fix" },
	{ "doctor", "--rule --why --finding --describe", "--explain=ID" },
	{ "doctor", "--list-rules --rules --checks", "--list" },
	{ "doctor", "--severity --class --threshold --min", "--level=CLASS" },
	{ "doctor", "--skip --exclude --disable", "--ignore=IDS" },
	{ "undo", "--all -a", "irqkit undo --list" },
	{ "undo", "--last --latest", "irqkit %s" },
	{ "undo", "--number --change --id --to", "irqkit %s NUMBER" },
	{ "undo", "--history --log --show", "--list" },
	{ "mask", "--hex -x", "irqkit %s SET" },
	{ "mask", "--cpus --to-list --decode -d", "--list" },
	{ NULL, "--undo --revert --rollback --restore", "irqkit undo" },
	{ NULL, "--persist --persistent --permanent", "man irqkit.conf" },
	{ "show", "--top --live", "irqkit top" },
	{ "show", "--all-cpus", "--per-cpu" },
	{ "show", "--topology", "irqkit mask --words" },
	{ "set", "--all -a", "irqkit %s all --cpus=SET" },
	{ "spread", "--all -a", "irqkit %s all" },
	{ "spread", "--stay --keep", "--every=SECONDS" },
	{ "spread", "--auto", "irqkit %s ..." },
	{ NULL, "--ports --slaves --members", "--lower" },
	/* these always act on the ports of a bond */
	{ "set", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "spread", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "show", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "top", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "save", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "who", "--lower --ports --slaves --members", "irqkit %s ..." },
	{ "rps", "--all -a", "irqkit %s '*'" },
	{ "xps", "--all -a", "irqkit %s '*'" },
	{ "channels", "--all -a", "irqkit %s" },
	/* ethtool -L DEV combined N, -l DEV, -X DEV equal N */
	{ "channels", "-L --set-channels", "irqkit %s DEV --combined=4" },
	{ "channels", "--queues --channels --count --set", "--combined=N" },
	{ "channels", "--rx-queues --rxqs", "--rx=N" },
	{ "channels", "--tx-queues --txqs", "--tx=N" },
	{ "channels", "--max --useful", "--auto" },
	{ "channels", "-l --show-channels --list", "irqkit %s DEV" },
	{ "channels", "-X --set-rxfh-indir --rxfh --equal", "--rss=equal" },
	/* taskset -p MASK */
	{ NULL, "-p --hex --cpumask --smp_affinity --affinity-mask", "--mask=HEX" },
	/* numactl --cpunodebind, -N */
	{ "spread", "-N --cpunodebind --numa --numa-node", "--node=N" },
	{ NULL, "-N --cpunodebind --node --numa --numa-node", "--cpus=node:N" },
	{ NULL, "--cpus-allowed --may", "--allowed=SET" },
	{ NULL,
		"--check --simulate --noop --no-op --what-if --diff --test --preview "
		"--print --no-act",
		"--dry-run" },
	/* irqbalance --interval, irqtop --delay, watch -n */
	{ "spread",
		"--interval --delay --loop --daemon --background --watch --continuous "
		"--follow -i -d -D -w",
		"--every=SECONDS" },
	{ "show",
		"--interval --delay --loop --watch --every --since --live --rate --rates "
		"-d -w",
		"--for=SECONDS" },
	{ "spread", "--policy --mode", "--by=POLICY" },
	{ NULL, "--reset --undo --restore --revert --rollback", "irqkit undo" },
	{ NULL, "--save --persist --permanent --store", "irqkit save" },
	{ NULL, "--on --enable", "--auto" },
	{ NULL, "--disable --none", "--off" },
	{ "rps", "--rfs --flow --entries", "--flows=N" },
	/* lsirq -n; before --dry-run's letter: a command that writes has -n */
	{ NULL, "-n --no-headings --no-heading --no-headers --no-header",
		"--noheadings" },
	{ NULL, "--format=json --json-pretty --output-json", "--json" },
	{ NULL, "--format=csv --csv --tsv --parsable", "--raw" },
	{ NULL, "--no-color --nocolor --no-colour --monochrome", "--color=never" },
	{ NULL, "-d --debug --trace --explain", "--verbose" },
	{ NULL, "--sysroot --chroot --prefix", "--root=DIR" },
	{ NULL, "--columns --fields", "--output=COLUMNS" },
	{ NULL, "--order --order-by --sort-by", "--sort=COLUMN" },
	{ "show", "-l -L --channels --show-channels --set-channels",
		"irqkit channels DEV" },
	{ "show", "--numa-queues", "--queues" },
	/* numactl */
	{ "show", "-H --hardware", "irqkit mask --words" },
	/* tuna --irqs */
	{ NULL,
		"--irq --irqs --interrupt --target --dev --device --interface --iface "
		"--ifname --nic",
		"irqkit %s TARGET" },
};

static bool has_word(const char *words, const char *word, size_t len)
{
	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && strncmp(words, word, len) == 0)
			return true;
		words += n;
		words += strspn(words, " ");
	}
	return false;
}

/* "irqkit set TARGET --cpus=SET" and "24": "irqkit set 24 --cpus=SET" */
static char *fill(const char *hint, const char *const *words, size_t n)
{
	char *text = NULL;

	while (*hint) {
		size_t plain = strcspn(hint, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		size_t capitals = strspn(hint + plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		_cleanup_free_ char *part = strndup(hint, plain);
		_cleanup_free_ char *word = n > 0 ? text_quote(*words)
						  : strndup(hint + plain, capitals);

		if (!part || !word || !text_join(&text, "", part) ||
			(capitals && !text_join(&text, "", word))) {
			free(text);
			return NULL;
		}
		hint += plain + capitals;
		words += n > 0;
		n -= n > 0;
	}
	return text;
}

static char *follow(const char *hint, const char *const *words, size_t n)
{
	char *text = strdup(hint);

	for (size_t i = 0; i < n && text; i++) {
		_cleanup_free_ char *word = text_quote(words[i]);

		if (!word || !text_join(&text, " ", word)) {
			free(text);
			return NULL;
		}
	}
	return text;
}

bool habits_is_filler(const char *word)
{
	static const char *const fillers[] = { "to", "on", "at", "cpu", "cpus", "irq",
		"->", "=", ">" };

	for (size_t i = 0; i < LENGTH(fillers); i++)
		if (strcasecmp(fillers[i], word) == 0)
			return true;
	return false;
}

/* The first @room words up to an option, without fillers. */
static size_t choose_words(const char *const *words, const char **chosen, size_t room)
{
	size_t n = 0;

	for (; *words && n < room && (**words != '-' || habits_is_filler(*words));
		words++)
		if (**words && !habits_is_filler(*words))
			chosen[n++] = *words;
	return n;
}

/* "managed_irq,domain,2-3", as after isolcpus= on the kernel's command line: the CPUs. */
static const char *skip_flags(const char *value)
{
	static const char flags[] = "nohz domain managed_irq";
	size_t len;

	while ((len = strcspn(value, ",")) > 0 && has_word(flags, value, len))
		value += len + (value[len] == ',');
	return value;
}

/* "rps_cpus=f": as much of the command line as the file and its value tell; or NULL. */
static char *guess_assigned(const char *file, size_t len, const char *value)
{
	static const struct {
		const char *file, *hint;
	} assigned[] = {
		{ "smp_affinity", "irqkit set TARGET --mask=%s" },
		{ "smp_affinity_list", "irqkit set TARGET --cpus=%s" },
		{ "rps_cpus", "irqkit rps DEV --mask=%s" },
		{ "xps_cpus", "irqkit xps DEV --mask=%s" },
		{ "rps_flow_cnt", "irqkit rps DEV --flows=%s" },
		{ "rps_sock_flow_entries", "irqkit rps --entries=%s" },
	};
	_cleanup_free_ char *word = *value ? text_quote(value) : NULL;
	char *line = NULL;

	for (size_t i = 0; i < LENGTH(assigned) && word; i++)
		if (has_word(assigned[i].file, file, len))
			return asprintf(&line, assigned[i].hint, word) < 0 ? NULL : line;
	return NULL;
}

static bool has_pair(const char *const *words)
{
	for (; *words && **words != '-'; words++)
		if (strchr(*words, '='))
			return true;
	return false;
}

/* Of table commands[]; its length: there is none. */
static size_t find_command(const char *const *words, size_t len)
{
	size_t i = 0;

	while (i < LENGTH(commands) &&
		(!has_word(commands[i].words, words[0], len) ||
			(commands[i].use == PAIRED && !has_pair(words + 1))))
		i++;
	return i;
}

char *habits_guess_command(const char *const *words)
{
	const char *equals = strchr(words[0], '=');
	size_t i = find_command(words, strcspn(words[0], "=")), n, n_words = 0;
	char *line = NULL;
	const char *chosen[8] = { equals ? skip_flags(equals + 1) : NULL };

	if (equals)
		line = guess_assigned(words[0], (size_t)(equals - words[0]), equals + 1);
	if (line)
		return line;
	/* "isolcpus=2-3", as on the kernel's command line */
	if (i == LENGTH(commands) || (equals && commands[i].use != FILLED))
		return NULL;
	if (strcmp(words[0], "taskset") == 0)
		line = habits_guess_taskset(words + 1);
	else if (strcmp(words[0], "tuna") == 0)
		line = habits_guess_tuna(words + 1);
	else if (strcmp(words[0], "ethtool") == 0)
		line = habits_guess_ethtool(words + 1);
	if (line)
		return line;
	if (commands[i].use == REPEATED) {
		while (words[1 + n_words])
			n_words++;
		return n_words ? follow(commands[i].hint, words + 1, n_words) : NULL;
	}
	n = equals && *chosen[0] ? 1 : choose_words(words + 1, chosen, LENGTH(chosen));
	return commands[i].use == FILLED
		? fill(commands[i].hint, chosen, n)
		: follow(commands[i].hint, chosen, commands[i].use == ALONE ? 0 : n);
}

const char *habits_next_option(const char *command, const char *option, size_t *next)
{
	size_t len = strlen(option), name_len = strcspn(option, "=");

	while (*next < LENGTH(options)) {
		size_t i = (*next)++;
		const char *words = options[i].words;

		if (options[i].command && strcmp(options[i].command, command) != 0)
			continue;
		if (has_word(words, option, len) || has_word(words, option, name_len))
			return options[i].hint;
	}
	return NULL;
}
