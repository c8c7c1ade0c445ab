/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalance, a daemon that moves interrupts, too: whether it runs, which interrupts its
 * command line leaves alone, and what makes it leave others alone.
 *
 * Its option is --banirq=N or -i N, and can be repeated: irqbalance(1). Debian's
 * irqbalance.service and /etc/init.d/irqbalance take more options from IRQBALANCE_ARGS in
 * /etc/default/irqbalance; where /etc/sysconfig is used, the file is there.
 */
#include "base/macros.h"
#include "base/number.h"
#include "devices/threads.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct irqkit_irqbalance {
	unsigned int pid;
	char *words; /* owned, or NULL: the command line, each word with its NUL */
	size_t len;
	const char *file; /* or NULL */
	const char *restart; /* or NULL */
};

EXPORT void irqkit_irqbalance_free(struct irqkit_irqbalance *irqbalance)
{
	if (!irqbalance)
		return;
	free(irqbalance->words);
	free(irqbalance);
}

static bool has_path(struct irqkit_ctx *ctx, const char *path)
{
	mode_t mode;

	return knob_read_mode(ctx, path, &mode) == 0;
}

static const char *find_file(struct irqkit_ctx *ctx)
{
	static const char *const files[] = { "/etc/default/irqbalance",
		"/etc/sysconfig/irqbalance" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (has_path(ctx, files[i] + 1))
			return files[i];
	return NULL;
}

/* The folder is that of sd_booted(3): systemd is in charge. */
static const char *find_restart(struct irqkit_ctx *ctx)
{
	if (has_path(ctx, "run/systemd/system"))
		return "systemctl restart irqbalance";
	if (has_path(ctx, "etc/init.d/irqbalance"))
		return "/etc/init.d/irqbalance restart";
	return NULL;
}

EXPORT int irqkit_irqbalance_new(
	struct irqkit_devices *devices, struct irqkit_irqbalance **ret_irqbalance)
{
	struct irqkit_irqbalance *irqbalance;
	int r = devices_read_threads(devices);

	if (r < 0)
		return r;
	if (!devices->irqbalance_pid)
		return -ESRCH;
	irqbalance = calloc(1, sizeof(*irqbalance));
	if (!irqbalance)
		return -ENOMEM;
	irqbalance->pid = devices->irqbalance_pid;
	/* without it, as in a saved root, no interrupt is known to be left alone */
	knob_readf(devices->ctx, &irqbalance->words, &irqbalance->len, "proc/%u/cmdline",
		irqbalance->pid);
	irqbalance->file = find_file(devices->ctx);
	irqbalance->restart = find_restart(devices->ctx);
	*ret_irqbalance = irqbalance;
	return 0;
}

EXPORT unsigned int irqkit_irqbalance_get_pid(const struct irqkit_irqbalance *irqbalance)
{
	return irqbalance->pid;
}

EXPORT const char *irqkit_irqbalance_get_file(const struct irqkit_irqbalance *irqbalance)
{
	return irqbalance->file;
}

EXPORT const char *irqkit_irqbalance_get_restart(
	const struct irqkit_irqbalance *irqbalance)
{
	return irqbalance->restart;
}

/* The argument of the option in @word, or in the word after it; NULL: another option. */
static const char *find_argument(const char *word, const char *next)
{
	static const char long_name[] = "--banirq", short_name[] = "-i";

	if (strcmp(word, long_name) == 0 || strcmp(word, short_name) == 0)
		return next;
	if (strncmp(word, long_name, strlen(long_name)) == 0)
		return word[strlen(long_name)] == '=' ? word + strlen(long_name) + 1
						      : NULL;
	return strncmp(word, short_name, strlen(short_name)) == 0
		? word + strlen(short_name)
		: NULL;
}

EXPORT bool irqkit_irqbalance_has_banned(
	const struct irqkit_irqbalance *irqbalance, unsigned int irq)
{
	const char *word = irqbalance->words;
	const char *end = word ? word + irqbalance->len : NULL;

	while (word && word < end) {
		const char *next = word + strlen(word) + 1;
		const char *number = find_argument(word, next < end ? next : "");
		uint32_t banned;

		if (number && parse_u32(number, strlen(number), &banned) == 0 &&
			banned == irq)
			return true;
		word = next;
	}
	return false;
}
