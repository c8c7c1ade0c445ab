/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers on the command line that may be interrupts or CPUs. Interrupt 4 is a serial port
 * on most systems: who writes `--cpus 3 4 eth3` does not want it moved.
 */
#include "change/check_words.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"

#include <string.h>

static bool is_number(const char *word)
{
	return *word >= '0' && *word <= '9' && !word[strspn(word, "0123456789-,:")];
}

static bool has_name(const struct call *call)
{
	for (size_t i = 0; i < call->n_words; i++)
		if (!is_number(call->words[i]))
			return true;
	return false;
}

static bool are_cpus(const struct irqkit_machine *machine, const char *list)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(machine), IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

	return online && irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL) == 0 &&
		irqkit_cpuset_is_subset(cpus, online);
}

/* `spread eth3 0-3` */
static enum status check_each(
	const struct call *call, const struct irqkit_machine *machine)
{
	for (size_t i = 0; i < call->n_words; i++) {
		const char *word = call->words[i];

		if (!is_number(word) || !are_cpus(machine, word))
			continue;
		say_error("'%s' is ambiguous beside a name: write '--cpus=%s' for CPUs, "
			  "or 'irq:%s' for interrupts",
			word, word, word);
		return STATUS_MISUSE;
	}
	return STATUS_DONE;
}

/* `spread --cpus 3 4 eth3` */
static enum status check_loose(
	const struct call *call, const struct irqkit_machine *machine)
{
	const struct loose *loose = &call->loose;
	_cleanup_free_ char *words = NULL, *list = NULL;
	bool is_option = loose->option &&
		(strcmp(loose->option, "--cpus") == 0 ||
			strcmp(loose->option, "-C") == 0);

	if (!is_option || !loose->value || !text_join(&list, ",", loose->value))
		return STATUS_DONE;
	for (size_t i = 0; i < loose->n_words; i++)
		if (!text_join(&list, ",", loose->words[i]) ||
			!text_join(&words, " ", loose->words[i]))
			return say_no_memory();
	if (!are_cpus(machine, list))
		return STATUS_DONE;
	say_error("'%s %s %s' is ambiguous: write '%s=%s' for these CPUs, or 'irq:%s' "
		  "for an interrupt",
		loose->option, loose->value, words, "--cpus", list, loose->words[0]);
	return STATUS_MISUSE;
}

enum status check_number_words(
	const struct call *call, const struct irqkit_machine *machine, bool has_cpus)
{
	if (!has_name(call))
		return STATUS_DONE;
	return has_cpus ? check_loose(call, machine) : check_each(call, machine);
}
