/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One change, as a line for people or as JSON:
 *
 *	11:02:03.123   59 virtio1-input.0       0-3 -> 5     irqbalance (pid 332, irqbalance.service)
 *	11:02:04.250   59 virtio1-input.0       5 -> 0-3     kernel: ethtool -L eth0 (in ethtool, pid 400)
 *	11:02:05.871    - eth0:rx-0 rps_cpus    none -> 0-1  sh (pid 325, started by sshd)
 */
#include "who/who_line.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "table/render.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME_WIDTH 22u
#define CHANGE_WIDTH 14u

static bool is_kernel(const struct irqkit_watched *watched)
{
	return irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_KERNEL;
}

/* ------------------------------------------------------------------------------- */
/* For people                                                                      */

static void print_time(FILE *out, int64_t time)
{
	time_t seconds = (time_t)(time / 1000000);
	char text[16] = "--:--:--";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fprintf(out, "%s.%03u", text, (unsigned int)(time / 1000 % 1000));
}

/* Names are printed as far as they are printable, with spaces up to @width. */
static void print_padded(FILE *out, const char *text, size_t width)
{
	_cleanup_free_ char *safe = text_escape(text);
	size_t len = safe ? text_width(safe) : 0;

	fprintf(out, " %s%*s", safe ? safe : "", len < width ? (int)(width - len) : 0,
		"");
}

/* The file of a setting that is not the affinity of an interrupt: "rps_cpus" */
static const char *file_of(const struct irqkit_watched *watched)
{
	return strrchr(irqkit_watched_get_path(watched), '/') + 1;
}

static void print_setting(
	FILE *out, const struct irqkit_watched *watched, const char *name)
{
	const char *subject = irqkit_watched_get_subject(watched);
	int irq = irqkit_watched_get_irq(watched);
	_cleanup_free_ char *text = NULL;

	if (irq >= 0) {
		fprintf(out, " %4d", irq);
		print_padded(out, name ? name : "-", NAME_WIDTH);
		return;
	}
	if (asprintf(&text, "%s%s%s", subject ? subject : "", subject ? " " : "",
		    file_of(watched)) < 0)
		text = NULL;
	fprintf(out, " %4s", "-");
	print_padded(out, text ? text : "", NAME_WIDTH);
}

/* "0-3", "none", "1" or, if it is not known, "?" */
static char *format_value(const char *text, const struct irqkit_cpuset *cpus)
{
	char *list = NULL;

	if (!cpus)
		return strdup(text ? text : "?");
	if (irqkit_cpuset_is_empty(cpus))
		return strdup("none");
	return irqkit_cpuset_format_list(cpus, &list) < 0 ? NULL : list;
}

static char *format_change(const struct irqkit_watched *watched)
{
	const struct irqkit_cpuset *old_cpus, *new_cpus;
	const char *old_text = irqkit_watched_get_old(watched, &old_cpus);
	const char *new_text = irqkit_watched_get_new(watched, &new_cpus);
	_cleanup_free_ char *before = format_value(old_text, old_cpus);
	_cleanup_free_ char *after = format_value(new_text, new_cpus);
	char *text = NULL;
	int n = -1;

	if (!before || !after)
		return NULL;
	if (irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_REFUSED)
		n = asprintf(&text, "stays %s", after);
	else if (is_kernel(watched) && !old_text)
		n = asprintf(&text, "new, %s", after);
	else
		n = asprintf(&text, "%s -> %s", before, after);
	return n < 0 ? NULL : text;
}

/* "irqbalance (pid 332, irqbalance.service)" or "pid 312 (ended)" */
static char *format_process(const struct irqkit_watched *watched)
{
	const char *comm = irqkit_watched_get_comm(watched), *parent_comm;
	const char *unit = irqkit_watched_get_unit(watched);
	uint32_t pid = irqkit_watched_get_pid(watched);
	uint32_t parent = irqkit_watched_get_parent(watched, &parent_comm);
	char *text = NULL;
	int n;

	if (!pid)
		n = asprintf(&text, "a process outside of this container");
	else if (!comm)
		n = asprintf(&text, "pid %u (ended)", pid);
	else if (unit)
		n = asprintf(&text, "%s (pid %u, %s)", comm, pid, unit);
	else if (parent && parent_comm)
		n = asprintf(&text, "%s (pid %u, started by %s)", comm, pid, parent_comm);
	else
		n = asprintf(&text, "%s (pid %u)", comm, pid);
	return n < 0 ? NULL : text;
}

static char *format_kernel(const struct irqkit_watched *watched)
{
	const char *reason = irqkit_watched_get_reason(watched);
	const char *comm = irqkit_watched_get_comm(watched);
	uint32_t pid = irqkit_watched_get_pid(watched);
	char *text = NULL;
	int n;

	if (comm)
		n = asprintf(&text, "kernel%s%s (in %s, pid %u)", reason ? ": " : "",
			reason ? reason : "", comm, pid);
	else
		n = asprintf(
			&text, "kernel%s%s", reason ? ": " : "", reason ? reason : "");
	return n < 0 ? NULL : text;
}

static enum status print_text(
	FILE *out, const struct irqkit_watched *watched, const char *name)
{
	_cleanup_free_ char *change = format_change(watched);
	_cleanup_free_ char *author = is_kernel(watched) ? format_kernel(watched)
							 : format_process(watched);
	_cleanup_free_ char *safe = author ? text_escape(author) : NULL;
	size_t n = irqkit_watched_count_writes(watched);

	if (!change || !safe)
		return say_no_memory();
	print_time(out, irqkit_watched_get_time(watched));
	print_setting(out, watched, name);
	print_padded(out, change, CHANGE_WIDTH);
	fprintf(out, " %s", safe);
	if (irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_REFUSED)
		fprintf(out, ": refused by the kernel");
	if (n > 1)
		fprintf(out, ", %zu writes", n);
	return STATUS_DONE;
}

static enum status print_line(
	FILE *out, const struct irqkit_watched *watched, const char *name)
{
	if (irqkit_watched_get_kind(watched) != IRQKIT_WATCHED_LOST)
		return print_text(out, watched, name);
	print_time(out, irqkit_watched_get_time(watched));
	fprintf(out, "      some changes were missed: there were too many at a time");
	return STATUS_DONE;
}

char *who_line_format(const struct irqkit_watched *watched, const char *name)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	enum status status;

	if (!out)
		return NULL;
	status = print_line(out, watched, name);
	if (fclose(out) == 0 && status == STATUS_DONE)
		return text;
	free(text);
	return NULL;
}

/* ------------------------------------------------------------------------------- */
/* JSON                                                                            */

/* RFC 3339 */
static void add_time(struct document *document, int64_t time)
{
	time_t seconds = (time_t)(time / 1000000);
	char text[40], date[24];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
		!strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	snprintf(text, sizeof(text), "%s.%06uZ", date, (unsigned int)(time % 1000000));
	document_add_text(document, "time", text);
}

static void add_change(struct document *document, const struct irqkit_watched *watched)
{
	const struct irqkit_cpuset *old_cpus, *new_cpus;
	const char *old_text = irqkit_watched_get_old(watched, &old_cpus);
	const char *new_text = irqkit_watched_get_new(watched, &new_cpus);

	document_add_text(document, "old", old_text);
	document_add_text(document, "new", new_text);
	document_add_list(document, "old_cpus", old_cpus);
	document_add_list(document, "new_cpus", new_cpus);
}

static void add_author(struct document *document, const struct irqkit_watched *watched)
{
	uint32_t pid = irqkit_watched_get_pid(watched), parent;
	const char *parent_comm;

	document_add_text(document, "by", is_kernel(watched) ? "kernel" : "process");
	if (pid)
		document_add_number(document, "pid", pid);
	document_add_text(document, "comm", irqkit_watched_get_comm(watched));
	document_add_text(document, "unit", irqkit_watched_get_unit(watched));
	parent = irqkit_watched_get_parent(watched, &parent_comm);
	if (parent)
		document_add_number(document, "parent_pid", parent);
	document_add_text(document, "parent_comm", parent_comm);
	document_add_text(document, "reason", irqkit_watched_get_reason(watched));
	document_add_bool(document, "refused",
		irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_REFUSED);
	document_add_number(document, "writes", irqkit_watched_count_writes(watched));
}

static enum status print_json(const struct irqkit_watched *watched, const char *name)
{
	struct document *document = document_new_line();
	const char *subject = irqkit_watched_get_subject(watched);
	int irq = irqkit_watched_get_irq(watched);

	add_time(document, irqkit_watched_get_time(watched));
	if (irqkit_watched_get_kind(watched) == IRQKIT_WATCHED_LOST) {
		document_add_bool(document, "lost", true);
		return document_finish(document);
	}
	if (irq >= 0)
		document_add_number(document, "irq", (uint64_t)irq);
	document_add_text(document, "name", irq >= 0 ? name : subject);
	document_add_text(document, "path", irqkit_watched_get_path(watched));
	add_change(document, watched);
	add_author(document, watched);
	return document_finish(document);
}

enum status who_line_print(
	const struct irqkit_watched *watched, const char *name, bool is_json)
{
	enum status status;

	if (is_json)
		return print_json(watched, name);
	status = print_line(stdout, watched, name);
	if (status == STATUS_DONE)
		putchar('\n');
	return status;
}
