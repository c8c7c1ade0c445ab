/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text formats of Prometheus: 0.0.4, and OpenMetrics 1.0. */
#ifndef CMD_EXPOSITION_H
#define CMD_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct exposition {
	FILE *out; /* into text */
	char *text; /* owned */
	size_t len;
	bool is_openmetrics;
	size_t n_series;
};

/* False: no memory. */
bool exposition_start(struct exposition *exposition, bool is_openmetrics);
/* Ends the text. False: no memory. */
bool exposition_end(struct exposition *exposition);
void exposition_clear(struct exposition *exposition);

enum metric_type { METRIC_GAUGE, METRIC_COUNTER };

/* Begins a metric. @name: that of a counter ends in "_total"; @help: constant text */
void exposition_begin(struct exposition *exposition, const char *name,
	enum metric_type type, const char *help);
/*
 * Adds a series to a metric. @labels: pairs of label and value, ending with NULL; values are
 * any text
 */
void exposition_add_labels(struct exposition *exposition, const char *name, double value,
	const char *const *labels);
/* The same with the pairs, and NULL at the end, as arguments. */
#define exposition_add(exposition, name, value, ...)                                     \
	exposition_add_labels(                                                           \
		exposition, name, value, (const char *const[]){ __VA_ARGS__ })

#endif
