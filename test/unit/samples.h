/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The samples of drivers.tsv: what drivers call their handlers, and what each serves. */
#ifndef IRQKIT_SAMPLES_H
#define IRQKIT_SAMPLES_H

#include "unit.h"

#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "interrupts/handler_names_table.h"

#define N_COLUMNS 12

struct sample {
	char *line; /* owned */
	char *column[N_COLUMNS];
};

#define DRIVERS column[0]
#define SUBJECT column[1]
#define FIRST column[5]
#define KEYS column[9]
#define NAME column[10]
#define MEANING column[11]

static struct sample *samples;
static size_t n_samples;

static inline int read_samples(void **state)
{
	FILE *file = fopen("test/unit/drivers.tsv", "r");
	size_t room = 0, line_room = 0;
	char *line = NULL;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &line_room, file) > 0) {
		struct sample *s;
		char *rest = line;

		if (!GROW(samples, n_samples, room))
			return -1;
		s = &samples[n_samples++];
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < N_COLUMNS; i++) {
			s->column[i] = strsep(&rest, "\t");
			if (!s->column[i])
				fail_msg("line %zu has %zu columns", n_samples, i);
		}
		s->line = line;
		line = NULL;
		line_room = 0;
	}
	free(line);
	fclose(file);
	return 0;
}

static inline int free_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_samples; i++)
		free(samples[i].line);
	free(samples);
	return 0;
}

static inline struct name_keys keys_of(const struct sample *s, const char *driver)
{
	struct name_keys keys = {
		.driver = strcmp(driver, "-") == 0 ? NULL : driver,
		.netdev = "eth0",
		.virtio = "virtio1",
		.vif = "vif1.0",
		.pci = "0000:03:00.0",
		.bus = "1e100000.ethernet",
	};
	const char *value = strchr(s->KEYS, '=');

	if (value && strncmp(s->KEYS, "netdev", 6) == 0)
		keys.netdev = value + 1;
	else if (value && strncmp(s->KEYS, "virtio", 6) == 0)
		keys.virtio = value + 1;
	else if (value && strncmp(s->KEYS, "vif", 3) == 0)
		keys.vif = value + 1;
	else if (value && strncmp(s->KEYS, "pci", 3) == 0)
		keys.pci = value + 1;
	else if (value)
		keys.bus = value + 1;
	return keys;
}

/* Calls @visit for each driver of each sample. */
static inline void each_sample(
	void (*visit)(const struct sample *s, const char *driver,
		const struct name_meaning *m, bool is_own, void *data),
	void *data)
{
	for (size_t i = 1; i < n_samples; i++) {
		const struct sample *s = &samples[i];
		char *drivers = strdup(s->DRIVERS), *rest = drivers;

		for (char *driver; (driver = strsep(&rest, ","));) {
			struct name_keys keys = keys_of(s, driver);
			struct name_meaning m = { 0 };
			bool is_own;

			if (strcmp(s->NAME, "-") == 0)
				continue;
			is_own = name_parse(&keys, s->NAME, &m);
			visit(s, driver, &m, is_own, data);
		}
		free(drivers);
	}
}

static inline size_t count_rows(void)
{
	size_t n = 0;

	while (name_row_get(n))
		n++;
	return n;
}

#endif
