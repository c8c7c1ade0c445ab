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

#include <string.h>

static const struct {
	const char *words; /* separated by spaces */
	const char *hint;
} commands[] = {
	{ "list ls status stat info get display print view lsirq irqs interrupts "
	  "show_irqs",
		"irqkit show" },
	{ "queues threads", "irqkit show --queues" },
	{ "cpus cores", "irqkit show --by-cpu" },
	{ "watch monitor live rates irqtop", "irqkit top" },
	{ "diff difference before after", "irqkit compare BEFORE AFTER" },
	{ "diagnose advice health problems", "irqkit doctor" },
	{ "affinity assign move bind pin taskset migrate smp_affinity",
		"irqkit set TARGET --cpus=SET" },
	{ "balance rebalance distribute irqbalance auto set_irq_affinity "
	  "set_irq_affinity.sh set_irq_affinity_cpulist.sh",
		"irqkit spread" },
	{ "rfs flows", "irqkit rps DEV --flows=N" },
	{ "restore revert rollback reset", "irqkit undo" },
	{ "history log journal changes", "irqkit undo --list" },
	{ "hex convert cpumask", "irqkit mask SET" },
	{ "version", "irqkit --version" },
	{ "usage man commands", "irqkit help" },
	{ "install", "irqkit --install DIR" },
};

static const struct {
	const char *command; /* NULL: of any command that has the option of the hint */
	const char *words;
	const char *hint; /* begins with --, or %s is the name of the command */
} options[] = {
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
	/* ethtool -L DEV combined N, -l DEV, -X DEV equal N */
	{ "channels", "-L --set-channels", "irqkit %s DEV --combined=4" },
	{ "channels", "--queues --channels --count", "--combined=N" },
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
	{ "show", "-l -L --channels --numa-queues", "--queues" },
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

const char *habits_find_command(const char *word)
{
	for (size_t i = 0; i < LENGTH(commands); i++)
		if (has_word(commands[i].words, word, strlen(word)))
			return commands[i].hint;
	return NULL;
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
