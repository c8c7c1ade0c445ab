/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text formats of Prometheus. */
#include "metrics/exposition.h"
#include "base/basics.h"
#include "base/text.h"

#include <string.h>

bool exposition_start(struct exposition *exposition, bool is_openmetrics)
{
	*exposition = (struct exposition){ .is_openmetrics = is_openmetrics };
	exposition->out = open_memstream(&exposition->text, &exposition->len);
	return exposition->out;
}

bool exposition_end(struct exposition *exposition)
{
	FILE *out = exposition->out;
	bool has_failed;

	if (exposition->is_openmetrics)
		fputs("# EOF\n", out);
	has_failed = ferror(out);
	exposition->out = NULL;
	return fclose(out) == 0 && !has_failed;
}

void exposition_clear(struct exposition *exposition)
{
	if (exposition->out)
		fclose(exposition->out);
	free(exposition->text);
}

/* OpenMetrics names the family of a counter without the end of its series' name. */
void exposition_begin(struct exposition *exposition, const char *name,
	enum metric_type type, const char *help)
{
	bool is_cut = exposition->is_openmetrics && type == METRIC_COUNTER;
	int len = (int)(strlen(name) - (is_cut ? strlen("_total") : 0));

	fprintf(exposition->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", len, name, help, len,
		name, type == METRIC_COUNTER ? "counter" : "gauge");
}

/* A control character, also one of U+0080 to U+009f, could change the terminal. */
static bool is_control(const char *p)
{
	unsigned char first = (unsigned char)p[0];

	return first < ' ' || first == 0x7f ||
		(first == 0xc2 && (unsigned char)p[1] < 0xa0);
}

/* A control character that the format has no escape for is one of the text: \x1b. */
static void put_value(FILE *out, const char *value)
{
	_cleanup_free_ char *repaired = text_repair(value);

	for (const char *p = repaired ? repaired : ""; *p; p++) {
		if (*p == '\n') {
			fputs("\\n", out);
		} else if (is_control(p)) {
			p += *p == '\xc2';
			fprintf(out, "\\\\x%02x", (unsigned char)*p);
		} else if (*p == '\\' || *p == '"') {
			fprintf(out, "\\%c", *p);
		} else {
			putc(*p, out);
		}
	}
}

void exposition_add_labels(struct exposition *exposition, const char *name, double value,
	const char *const *labels)
{
	FILE *out = exposition->out;
	char separator = '{';

	exposition->n_series++;
	fputs(name, out);
	for (size_t i = 0; labels[i]; i += 2) {
		fprintf(out, "%c%s=\"", separator, labels[i]);
		put_value(out, labels[i + 1]);
		putc('"', out);
		separator = ',';
	}
	if (separator == ',')
		putc('}', out);
	if (value > -1e15 && value < 1e15 && value == (double)(long long)value)
		fprintf(out, " %.0f\n", value);
	else
		fprintf(out, " %.6g\n", value);
}
