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

int irqbalance_parse_setup(const char *text, size_t len, struct number_list *ret_bans)
{
	const char *end = text + len, *key, *value;
	size_t key_len, value_len;
	bool is_first = true, has_end = false;
	uint32_t irq;
	int r = 0;

	while (text < end && r == 0) {
		if (has_end ||
			!take_pair(&text, end, &key, &key_len, &value, &value_len) ||
			(is_first && !is_word(key, key_len, "SLEEP")))
			return -EBADMSG;
		is_first = false;
		has_end = is_word(key, key_len, "BANNED");
		if (!is_word(key, key_len, "IRQ"))
			continue;
		if (parse_u32(value, value_len, &irq) < 0)
			return -EBADMSG;
		r = number_list_add(ret_bans, irq);
	}
	if (r == 0 && !has_end) /* it was cut */
		r = -EBADMSG;
	return r;
}

/* @len: with what is added after the word, so that the command is as long as another one */
static int ask_setup(struct irqkit_ctx *ctx, unsigned int pid, unsigned int timeout_ms,
	size_t len, struct number_list *ret_bans)
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
	return r < 0 ? r : irqbalance_parse_setup(answer, answer_len, ret_bans);
}

int irqbalance_read_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, struct number_list *ret_bans)
{
	number_list_clear(ret_bans);
	return ask_setup(ctx, pid, timeout_ms, 0, ret_bans);
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

/* Does irqbalance read a command of this length as a whole? Asked by one that changes nothing. */
static int check_length(
	struct irqkit_ctx *ctx, unsigned int pid, unsigned int timeout_ms, size_t len)
{
	_cleanup_numbers_ struct number_list now = { 0 };
	int r;

	if (len <= SAFE_LENGTH)
		return 0;
	r = ask_setup(ctx, pid, timeout_ms, len, &now);
	/* one that notices that it has not read all does not answer */
	return r == -EBADMSG ? -E2BIG : r;
}

int irqbalance_write_bans(struct irqkit_ctx *ctx, unsigned int pid,
	unsigned int timeout_ms, const struct number_list *bans)
{
	_cleanup_numbers_ struct number_list now = { 0 };
	_cleanup_free_ char *command = NULL, *answer = NULL;
	size_t len;
	int r = format_command(bans, &command);

	if (r == 0)
		r = check_length(ctx, pid, timeout_ms, strlen(command) + 1);
	if (r == 0)
		r = irqbalance_ask(ctx, pid, command, strlen(command) + 1, timeout_ms,
			&answer, &len);
	if (r == 0)
		r = irqbalance_read_bans(ctx, pid, timeout_ms, &now);
	if (r == 0 && !number_list_has_all(&now, bans))
		r = -EPROTO;
	return r;
}
