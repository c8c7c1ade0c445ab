/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of some seconds: two samples of all counters. */
#include "measure/period.h"
#include "base/basics.h"
#include "base/option_values.h"
#include "base/say.h"
#include "measure/load.h"
#include "measure/open_machine.h"
#include "measure/sample.h"

#include <errno.h>
#include <string.h>

/* As LOAD_IDLE_RATE, in time: a hundredth of each second. */
#define IDLE_NANOSECONDS 1e7

enum status period_read(struct irqkit_ctx *ctx, struct irqkit_sample **ret_sample)
{
	const char *reason = "";
	size_t line = 0;
	int r = irqkit_sample_new(ctx, NULL, ret_sample, &line, &reason);

	return r < 0 ? machine_say_no_rows(ctx, r, line, reason) : STATUS_DONE;
}

enum status period_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_sample **ret_before)
{
	struct irqkit_sample *before = NULL;
	enum status status = period_read(ctx, &before);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_ctx_has_second_sample(ctx) || sample_wait(seconds, common)) {
		*ret_before = before;
		return STATUS_DONE;
	}
	irqkit_sample_free(before);
	return STATUS_REFUSED;
}

static enum status read_second(struct irqkit_machine *machine,
	const struct irqkit_sample *before, struct irqkit_sample **ret_after)
{
	struct irqkit_ctx *ctx = irqkit_machine_get_ctx(machine);
	const char *reason = "";
	size_t line = 0;
	int r;

	if (irqkit_ctx_has_second_sample(ctx))
		r = irqkit_sample_new_second(ctx, before, ret_after, &line, &reason);
	else
		r = irqkit_sample_new_of(machine, before, ret_after);
	return r < 0 ? machine_say_no_rows(ctx, r, line, reason) : STATUS_DONE;
}

enum status period_end(struct irqkit_machine *machine, const struct irqkit_sample *before,
	struct irqkit_load **ret_load)
{
	struct irqkit_sample *after = NULL;
	enum status status = read_second(machine, before, &after);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_load_new(machine, before, after, ret_load) < 0)
		status = say_no_memory();
	irqkit_sample_free(after);
	return status;
}

static const struct {
	const char *word;
	enum irqkit_weigh weigh;
} weigh_words[] = {
	{ "time", IRQKIT_WEIGH_TIME },
	{ "packets", IRQKIT_WEIGH_PACKETS },
	{ "interrupts", IRQKIT_WEIGH_INTERRUPTS },
};

bool period_parse_weigh(const char *word, enum irqkit_weigh *ret_weigh)
{
	const char *words[LENGTH(weigh_words) + 1] = { NULL };

	for (size_t i = 0; i < LENGTH(weigh_words); i++) {
		words[i] = weigh_words[i].word;
		if (strcmp(weigh_words[i].word, word) == 0) {
			*ret_weigh = weigh_words[i].weigh;
			return true;
		}
	}
	say_bad_value("--weigh", "time, packets or interrupts", word, words);
	return false;
}

const char *period_name_weigh(const struct irqkit_load *load)
{
	enum irqkit_weigh weigh = irqkit_load_get_weigh(load);
	size_t i = 0;

	while (i < LENGTH(weigh_words) - 1 && weigh_words[i].weigh != weigh)
		i++;
	return weigh_words[i].word;
}

void period_list_sources(const struct irqkit_load *load, size_t n_rows,
	const char *words[static PERIOD_N_SOURCES + 1], bool is_sentence)
{
	static const struct {
		enum irqkit_packets_source source;
		const char *word, *phrase;
	} sources[PERIOD_N_SOURCES] = {
		{ IRQKIT_PACKETS_QSTATS, "qstats",
			"the kernel's queue statistics (QSTATS)" },
		{ IRQKIT_PACKETS_ETHTOOL, "ethtool", "the driver's statistics" },
		{ IRQKIT_PACKETS_DEVICE, "device", "the interface's statistics" },
	};
	unsigned int found = 0;
	size_t n = 0;

	for (size_t i = 0; i < n_rows; i++)
		if (irqkit_load_get_weight(load, i) > 0)
			found |= 1u << irqkit_load_get_packets_source(load, i);
	for (size_t i = 0; i < PERIOD_N_SOURCES; i++)
		if (found >> sources[i].source & 1)
			words[n++] = is_sentence ? sources[i].phrase : sources[i].word;
	words[n] = NULL;
}

bool period_is_idle(const struct irqkit_load *load)
{
	for (size_t i = 0; i < irqkit_load_count_cpus(load); i++) {
		double rate;

		if (irqkit_load_cpu_get_rate(irqkit_load_get_cpu(load, i),
			    IRQKIT_COUNTER_INTERRUPTS, &rate) == 0 &&
			rate > LOAD_IDLE_RATE)
			return false;
	}
	return true;
}

uint64_t period_find_idle(struct irqkit_load *load, enum irqkit_weigh weigh)
{
	double seconds = irqkit_load_get_seconds(load);

	irqkit_load_weigh(load, weigh);
	return (uint64_t)(irqkit_load_get_weigh(load) == IRQKIT_WEIGH_TIME
			? IDLE_NANOSECONDS * seconds
			: LOAD_IDLE_RATE * seconds);
}
