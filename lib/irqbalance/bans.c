/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of interrupts that irqbalance leaves alone, over its socket.
 *
 *     setup                        -> SLEEP 10 IRQ 61 LOAD 0 DIFF 0 CLASS 0 BANNED 0000003f
 *     settings ban irqs 61 62      -> nothing
 *
 * IRQ is a banned interrupt, BANNED the mask of the CPUs that it does not use. The second
 * command replaces the list, also what --banirq gave, and irqbalance then places all other
 * interrupts again: sock_handle() in its irqbalance.c. It reads the numbers up to a 0, so
 * interrupt 0 must come first.
 */
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"
#include "irqbalance/irqbalance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * irqbalance up to 1.9.4 reads 500 bytes of a command, later ones 16 KiB, and takes what it
 * read for the whole command. Shorter commands are safe.
 */
#define SAFE_LENGTH 499u

/* "SLEEP 10": the next two words; false: there are none. */
static bool take_pair(const char **text, const char *end, const char **ret_key,
	size_t *ret_key_len, const char **ret_value, size_t *ret_value_len)
{
	const char *at = *text, *space = memchr(at, ' ', (size_t)(end - at));
	const char *next;

	if (!space || space == at)
		return false;
	*ret_key = at;
	*ret_key_len = (size_t)(space - at);
	at = space + 1;
	next = memchr(at, ' ', (size_t)(end - at));
	*ret_value = at;
	*ret_value_len = (size_t)((next ? next : end) - at);
	*text = next ? next + 1 : end;
	return *ret_value_len > 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

void irqbalance_setup_clear(struct irqbalance_setup *setup)
{
	number_list_clear(&setup->bans);
	free(setup->banned_cpus);
	*setup = (struct irqbalance_setup){ 0 };
}

static int take_value(struct irqbalance_setup *setup, const char *key, size_t key_len,
	const char *value, size_t value_len)
{
	uint32_t number;

	if (is_word(key, key_len, "BANNED")) {
		/* the answer has no NUL at its end */
		return asprintf(&setup->banned_cpus, "%.*s", (int)value_len, value) < 0
			? -ENOMEM
			: 0;
	}
	if (is_word(key, key_len, "SLEEP"))
		return parse_u32(value, value_len, &setup->sleep_s) < 0 ? -EBADMSG : 0;
	if (!is_word(key, key_len, "IRQ"))
		return 0;
	if (parse_u32(value, value_len, &number) < 0)
		return -EBADMSG;
	return number_list_add(&setup->bans, number);
}

int irqbalance_parse_setup(
	const char *text, size_t len, struct irqbalance_setup *ret_setup)
{
	struct irqbalance_setup setup CLEANUP(irqbalance_setup_clear) = { 0 };
	const char *end = text + len, *key, *value;
	size_t key_len, value_len;
	bool is_first = true;
	int r = 0;

	while (text < end && r == 0) {
		if (setup.banned_cpus ||
			!take_pair(&text, end, &key, &key_len, &value, &value_len) ||
			is_first != is_word(key, key_len, "SLEEP"))
			return -EBADMSG;
		is_first = false;
		r = take_value(&setup, key, key_len, value, value_len);
	}
	if (r == 0 && !setup.banned_cpus) /* it was cut */
		r = -EBADMSG;
	if (r < 0)
		return r;
	*ret_setup = setup;
	setup = (struct irqbalance_setup){ 0 };
	return 0;
}

int irqbalance_read_setup(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, size_t len, struct irqbalance_setup *ret_setup)
{
	static const char setup[] = "setup";
	_cleanup_free_ char *command = calloc(1, len + sizeof(setup));
	_cleanup_free_ char *answer = NULL;
	size_t answer_len;
	int r;

	if (!command)
		return -ENOMEM;
	memcpy(command, setup, sizeof(setup));
	r = irqbalance_ask(ctx, pid, command, len > sizeof(setup) ? len : sizeof(setup),
		timeout_ms, &answer, &answer_len);
	return r < 0 ? r : irqbalance_parse_setup(answer, answer_len, ret_setup);
}

int irqbalance_read_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, struct number_list *ret_bans)
{
	struct irqbalance_setup setup CLEANUP(irqbalance_setup_clear) = { 0 };
	int r = irqbalance_read_setup(ctx, pid, timeout_ms, 0, &setup);

	number_list_clear(ret_bans);
	if (r == 0) {
		*ret_bans = setup.bans;
		setup.bans = (struct number_list){ 0 };
	}
	return r;
}

static int format_command(const struct number_list *bans, char **ret_command)
{
	struct buffer command = { 0 };

	buffer_add(&command, "settings ban irqs ");
	if (bans->n > 0)
		number_list_format(&command, bans, ' ');
	else
		buffer_add(&command, "NONE");
	return buffer_take(&command, ret_command);
}

/*
 * The connection of a long command was closed without an answer: -E2BIG if the process still
 * answers a short one. Otherwise it has ended.
 */
static int explain_silence(
	struct irqkit_ctx *ctx, unsigned int pid, unsigned int timeout_ms)
{
	struct irqbalance_setup now CLEANUP(irqbalance_setup_clear) = { 0 };
	int r = irqbalance_read_setup(ctx, pid, timeout_ms, 0, &now);

	return r == 0 ? -E2BIG : r;
}

/* Asked by a command of that length that changes nothing. */
int irqbalance_check_length(
	struct irqkit_ctx *ctx, unsigned int pid, unsigned int timeout_ms, size_t len)
{
	struct irqbalance_setup now CLEANUP(irqbalance_setup_clear) = { 0 };
	int r;

	if (len <= SAFE_LENGTH)
		return 0;
	r = irqbalance_read_setup(ctx, pid, timeout_ms, len, &now);
	/* an irqbalance that notices that it read only a part may send no answer */
	if (r == -ECONNRESET || r == -EBADMSG)
		r = explain_silence(ctx, pid, timeout_ms);
	return r;
}

int irqbalance_write_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, const struct number_list *bans)
{
	_cleanup_numbers_ struct number_list now = { 0 };
	_cleanup_free_ char *command = NULL, *answer = NULL;
	size_t len;
	int r = format_command(bans, &command);

	if (r == 0)
		r = irqbalance_check_length(ctx, pid, timeout_ms, strlen(command) + 1);
	if (r == 0)
		r = irqbalance_ask(ctx, pid, command, strlen(command) + 1, timeout_ms,
			&answer, &len);
	if (r == 0)
		r = irqbalance_read_bans(ctx, pid, timeout_ms, &now);
	if (r == 0 && !number_list_has_all(&now, bans))
		r = -EPROTO;
	return r;
}
