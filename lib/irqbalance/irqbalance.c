/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalance, a daemon that moves interrupts, too: whether it runs, which interrupts its
 * command line leaves alone, and what makes it leave others alone.
 *
 * Its option is --banirq=N or -i N, and can be repeated: irqbalance(1). Debian's
 * irqbalance.service and /etc/init.d/irqbalance take more options from IRQBALANCE_ARGS in
 * /etc/default/irqbalance; where /etc/sysconfig is used, the file is there.
 */
#include "irqbalance/irqbalance.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* irqbalance rests that long between two looks, and 1.9.2 answers nobody meanwhile. */
#define DEFAULT_INTERVAL_S 10u
#define MAX_INTERVAL_S 60u
#define ANSWER_S 5u

static void clear_daemon(struct irqbalance_daemon *daemon)
{
	free(daemon->start);
	number_list_clear(&daemon->bans);
}

EXPORT void irqkit_irqbalance_free(struct irqkit_irqbalance *irqbalance)
{
	if (!irqbalance)
		return;
	for (size_t i = 0; i < irqbalance->n_daemons; i++)
		clear_daemon(&irqbalance->daemons[i]);
	free(irqbalance->daemons);
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

/* ------------------------------------------------------------------------------- */
/* Its command line                                                                */

/* An option that takes an argument. */
struct known_option {
	const char *name;
	char letter;
};

/* The argument of the option in @word, or in the word after it; NULL: another option. */
static const char *find_argument(
	const struct known_option *option, const char *word, const char *next)
{
	size_t len = strlen(option->name);

	if (word[0] == '-' && word[1] == option->letter)
		return word[2] ? word + 2 : next;
	if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, option->name, len) != 0)
		return NULL;
	word += 2 + len;
	return *word == '=' ? word + 1 : *word ? NULL : next;
}

/* The next argument of the option; *at is 0 before the first. NULL: there is none. */
static const char *next_argument(
	const char *words, size_t len, const struct known_option *option, size_t *at)
{
	while (words && *at < len) {
		const char *word = words + *at, *next = word + strlen(word) + 1;
		const char *argument = find_argument(
			option, word, next < words + len ? next : "");

		*at = (size_t)(next - words);
		if (argument)
			return argument;
	}
	return NULL;
}

static const char *find_last(
	const char *words, size_t len, const struct known_option *option)
{
	const char *argument, *last = NULL;
	size_t at = 0;

	while ((argument = next_argument(words, len, option, &at)))
		last = argument;
	return last;
}

unsigned int irqbalance_find_timeout(struct irqkit_ctx *ctx, unsigned int pid)
{
	static const struct known_option interval = { "interval", 't' };
	_cleanup_free_ char *words = NULL;
	uint32_t seconds = DEFAULT_INTERVAL_S;
	const char *word;
	size_t len = 0;

	if (knob_readf(ctx, &words, &len, "proc/%u/cmdline", pid) == 0) {
		word = find_last(words, len, &interval);
		if (word && parse_u32(word, strlen(word), &seconds) < 0)
			seconds = DEFAULT_INTERVAL_S;
	}
	return ((seconds > MAX_INTERVAL_S ? MAX_INTERVAL_S : seconds) + ANSWER_S) * 1000;
}

/* Is the script, or one in the folder of scripts, the link irq-policy? */
static bool names_irqkit(struct irqkit_ctx *ctx, const char *script)
{
	static const char name[] = "irq-policy";
	const char *slash = strrchr(script, '/');
	mode_t mode;

	if (strcmp(slash ? slash + 1 : script, name) == 0)
		return true;
	return script[0] == '/' &&
		knob_readf_mode(ctx, &mode, "%s/%s", script + 1, name) == 0;
}

/*
 * Reads the command line once. Without it, as in a saved root, irqkit knows no interrupt
 * that irqbalance leaves alone.
 */
static void read_devices_words(struct irqkit_devices *devices)
{
	if (!devices->has_read_irqbalance_words)
		knob_readf(devices->ctx, &devices->irqbalance_words,
			&devices->irqbalance_len, "proc/%u/cmdline",
			devices->irqbalance_pid);
	devices->has_read_irqbalance_words = true;
}

static int read_words(
	struct irqkit_irqbalance *irqbalance, struct irqkit_devices *devices)
{
	static const struct known_option option = { "policyscript", 'l' };
	const char *script;

	read_devices_words(devices);
	if (!devices->irqbalance_words)
		return 0;
	irqbalance->len = devices->irqbalance_len;
	irqbalance->words = malloc(irqbalance->len + 1);
	if (!irqbalance->words)
		return -ENOMEM;
	memcpy(irqbalance->words, devices->irqbalance_words, irqbalance->len + 1);
	script = find_last(irqbalance->words, irqbalance->len, &option);
	irqbalance->has_irqkit_script = script && names_irqkit(irqbalance->ctx, script);
	return 0;
}

/* ------------------------------------------------------------------------------- */

int irqbalance_read_start(struct irqkit_ctx *ctx, unsigned int pid, char **ret_start)
{
	_cleanup_free_ char *stat = NULL;
	const char *start;
	size_t len;
	int r = knob_readf(ctx, &stat, &len, "proc/%u/stat", pid);

	if (r < 0)
		return is_failure(r) ? r : -ESRCH;
	start = threads_find_start(stat, &len);
	*ret_start = strndup(start, len);
	return *ret_start ? 0 : -ENOMEM;
}

static int add_daemon(struct irqkit_irqbalance *irqbalance, unsigned int pid)
{
	struct irqbalance_daemon daemon = { .pid = pid };
	int r = irqbalance_read_start(irqbalance->ctx, pid, &daemon.start);

	if (r < 0)
		return r == -ESRCH ? 0 : r;
	if (!GROW(irqbalance->daemons, irqbalance->n_daemons, irqbalance->daemons_room)) {
		clear_daemon(&daemon);
		return -ENOMEM;
	}
	irqbalance->daemons[irqbalance->n_daemons++] = daemon;
	return 0;
}

static int find_daemons(struct irqkit_irqbalance *irqbalance)
{
	_cleanup_numbers_ struct number_list pids = { 0 };
	int r = irqbalance_list_sockets(irqbalance->ctx, irqbalance->pid, &pids);

	for (size_t i = 0; i < pids.n && r == 0; i++)
		r = add_daemon(irqbalance, pids.numbers[i]);
	return r;
}

EXPORT int irqkit_irqbalance_new(
	struct irqkit_devices *devices, struct irqkit_irqbalance **ret_irqbalance)
{
	struct irqkit_irqbalance *irqbalance;
	unsigned int pid;
	int r = devices_find_irqbalance(devices, &pid);

	if (r < 0)
		return r;
	if (!pid)
		return -ESRCH;
	irqbalance = calloc(1, sizeof(*irqbalance));
	if (!irqbalance)
		return -ENOMEM;
	irqbalance->ctx = devices->ctx;
	irqbalance->pid = pid;
	r = read_words(irqbalance, devices);
	irqbalance->file = find_file(devices->ctx);
	irqbalance->restart = find_restart(devices->ctx);
	if (r == 0)
		r = find_daemons(irqbalance);
	if (r < 0) {
		irqkit_irqbalance_free(irqbalance);
		return r;
	}
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

EXPORT bool irqkit_irqbalance_has_socket(const struct irqkit_irqbalance *irqbalance)
{
	return irqbalance->n_daemons > 0;
}

EXPORT bool irqkit_irqbalance_has_irqkit_script(
	const struct irqkit_irqbalance *irqbalance)
{
	return irqbalance->has_irqkit_script;
}

static void drop_daemon(struct irqkit_irqbalance *irqbalance, size_t index)
{
	struct irqbalance_daemon *daemon = &irqbalance->daemons[index];

	clear_daemon(daemon);
	memmove(daemon, daemon + 1, (--irqbalance->n_daemons - index) * sizeof(*daemon));
}

static int read_daemon(const struct irqkit_irqbalance *irqbalance,
	struct irqbalance_daemon *daemon, unsigned int timeout_ms)
{
	int r;

	if (!timeout_ms)
		timeout_ms = irqbalance_find_timeout(irqbalance->ctx, daemon->pid);
	r = irqbalance_read_bans(irqbalance->ctx, daemon->pid, timeout_ms, &daemon->bans);
	daemon->has_read_bans = r == 0;
	return r;
}

static bool is_gone(int r)
{
	return r == -ECONNREFUSED || r == -ECONNRESET;
}

EXPORT int irqkit_irqbalance_read_bans(
	struct irqkit_irqbalance *irqbalance, unsigned int timeout_ms)
{
	int error = 0;

	for (size_t i = irqbalance->n_daemons; i-- > 0;) {
		int r = read_daemon(irqbalance, &irqbalance->daemons[i], timeout_ms);

		/* gone: also if the file was left behind and its pid belongs to another process now */
		if (is_gone(r) && irqbalance->daemons[i].pid != irqbalance->pid)
			drop_daemon(irqbalance, i);
		else
			error = r < 0 ? r : error;
	}
	return irqbalance->n_daemons == 0 ? -ENOENT : error;
}

static bool is_banned_by_words(
	const struct irqkit_irqbalance *irqbalance, unsigned int irq)
{
	static const struct known_option option = { "banirq", 'i' };
	const char *number;
	uint32_t banned;
	size_t at = 0;

	while ((number = next_argument(irqbalance->words, irqbalance->len, &option, &at)))
		if (parse_u32(number, strlen(number), &banned) == 0 && banned == irq)
			return true;
	return false;
}

EXPORT bool irqkit_irqbalance_has_banned(
	const struct irqkit_irqbalance *irqbalance, unsigned int irq)
{
	size_t n_read = 0, n_banned = 0;

	for (size_t i = 0; i < irqbalance->n_daemons; i++) {
		n_read += irqbalance->daemons[i].has_read_bans;
		n_banned += irqbalance->daemons[i].has_read_bans &&
			number_list_has(&irqbalance->daemons[i].bans, irq);
	}
	/* a later ban over the socket replaces those of the command line */
	return n_read > 0 && n_read == irqbalance->n_daemons
		? n_banned == n_read
		: is_banned_by_words(irqbalance, irq);
}
