/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a line of /proc/interrupts is: the heading, a row by its label, or damage that shows
 * that the file was not written by a kernel.
 */
#include "interrupts/line_kind.h"

#include <string.h>

#define NAME_MAX_LEN 8 /* the longest known names have five */

bool line_is_heading(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return end - p > 3 && memcmp(p, "CPU", 3) == 0 && p[3] >= '0' && p[3] <= '9';
}

bool label_is_number(const char *label, const char *colon, const char *end)
{
	for (const char *p = label; p < colon; p++)
		if (*p < '0' || *p > '9')
			return false;
	if (label[0] == '0' && colon - label > 1)
		return false;
	return colon + 1 == end || is_blank(colon[1]);
}

bool label_is_name(const char *label, const char *colon, const char *end)
{
	if (colon - label > NAME_MAX_LEN || (*label >= '0' && *label <= '9'))
		return false;
	for (const char *p = label; p < colon; p++) {
		bool is_letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');

		if (!is_letter && (*p < '0' || *p > '9') && *p != '/')
			return false;
	}
	/* a count of ten digits leaves no space: IPI0:1234567890 */
	return colon + 1 == end || is_blank(colon[1]) ||
		(colon[1] >= '0' && colon[1] <= '9');
}

#define QUOTED "the line begins with '>': a mail program has quoted the file"

static bool is_quoted(const char *line, const char *end)
{
	return line < end && *line == '>';
}

const char *line_find_refused_file(const char *first, const char *end)
{
	if (first < end && end[-1] == '\r')
		return "the file has Windows line ends (CR LF)";
	return is_quoted(first, end) ? QUOTED : NULL;
}

const char *line_find_refused(const char *line, const char *end)
{
	if (is_quoted(line, end))
		return QUOTED;
	if (line_is_heading(line, end))
		return "the heading is there a second time";
	if (memchr(line, '\0', (size_t)(end - line)))
		return "a NUL byte";
	return NULL;
}
