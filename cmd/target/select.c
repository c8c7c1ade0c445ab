/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs on the command line: what the library refuses is reported here. */
#include "target/select.h"
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <string.h>

static enum status say_refused(int error, const char *message)
{
	if (!message)
		return say_no_memory();
	say_error("%s", message);
	if (error == -ESRCH)
		return STATUS_NO_MATCH;
	return error == -EINVAL ? STATUS_MISUSE : STATUS_REFUSED;
}

enum status select_interrupts(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_selection **ret_selection)
{
	_cleanup_free_ char *message = NULL;
	int r = irqkit_machine_select(
		machine, words, n_words, flags, ret_selection, &message);

	return r < 0 ? say_refused(r, message) : STATUS_DONE;
}

enum status select_queues(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, struct irqkit_queue ***ret_queues, size_t *ret_count)
{
	_cleanup_free_ char *message = NULL;
	int r = irqkit_machine_select_queues(
		machine, words, n_words, ret_queues, ret_count, &message);

	if (r == -EDOM && message) {
		say_error("%s, but --queues takes network interfaces and their queues",
			message);
		return STATUS_MISUSE;
	}
	return r < 0 ? say_refused(r, message) : STATUS_DONE;
}
