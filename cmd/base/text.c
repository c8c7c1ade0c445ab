/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from the kernel and from users can hold any byte; here it is made safe. */
#include "base/text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/*
 * The length of the character at the start of UTF-8 text: 1 to 4. 0: this is not UTF-8
 * (nor are overlong forms, surrogates and numbers above U+10FFFF).
 */
static size_t utf8_length(const unsigned char *text, uint32_t *ret_character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = text[0] < 0x80 ? 1
		: text[0] < 0xc2    ? 0
		: text[0] < 0xe0    ? 2
		: text[0] < 0xf0    ? 3
		: text[0] < 0xf5    ? 4
				    : 0;
	uint32_t character = len > 1 ? text[0] & (0x7fu >> len) : text[0];

	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (len == 0 || character < smallest[len] || character > 0x10ffff ||
		(character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return len;
}

/* Characters that change the direction of text: a name could look like another one. */
static bool turns_text(uint32_t character)
{
	return character == 0x61c || (character >= 0x200e && character <= 0x200f) ||
		(character >= 0x202a && character <= 0x202e) ||
		(character >= 0x2066 && character <= 0x2069);
}

void text_straighten(char *text)
{
	size_t len;

	for (unsigned char *p = (unsigned char *)text; *p; p += len) {
		uint32_t character = 0;

		len = utf8_length(p, &character);
		if (len > 0 && turns_text(character))
			memset(p, '?', len);
		len = len ? len : 1;
	}
}

void text_use_locale(void)
{
	static bool is_set;

	if (!is_set)
		setlocale(LC_CTYPE, "");
	is_set = true;
}

bool text_is_utf8(void)
{
	text_use_locale();
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Printable in the user's locale; in the C locale that is ASCII. */
static bool is_printable(uint32_t character)
{
	if (character < 0x80)
		return character >= ' ' && character != 0x7f;
	if (turns_text(character))
		return false;
	text_use_locale();
	return MB_CUR_MAX > 1 && iswprint((wint_t)character);
}

char *text_escape(const char *text)
{
	char *escaped = malloc(strlen(text) * 4 + 1);
	char *out = escaped;
	size_t len;

	if (!escaped)
		return NULL;
	for (const unsigned char *p = (const unsigned char *)text; *p; p += len) {
		uint32_t character = 0;

		len = utf8_length(p, &character);
		if (len > 0 && is_printable(character)) {
			out = (char *)mempcpy(out, p, len);
			continue;
		}
		len = len ? len : 1;
		for (size_t i = 0; i < len; i++)
			out += sprintf(out, "\\x%02x", p[i]);
	}
	*out = '\0';
	return escaped;
}

/* The columns of the character at @text, and its bytes. */
static size_t character_width(const char *text, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t character = 0;
	size_t len = utf8_length(p, &character);
	int width;

	*ret_len = len ? len : 1;
	/* a backslash before an x is escaped too, or the text could pretend to be escaped */
	if (len == 0 || !is_printable(character) || (p[0] == '\\' && p[1] == 'x'))
		return 4 * *ret_len;
	width = len > 1 ? wcwidth((wchar_t)character) : 1;
	return width > 0 ? (size_t)width : 0;
}

size_t text_width(const char *text)
{
	size_t width = 0, len;

	for (; *text; text += len)
		width += character_width(text, &len);
	return width;
}

char *text_shorten(const char *text, size_t head, size_t tail)
{
	const char *mark = text_is_utf8() ? "\u2026" : "~";
	size_t left = text_width(text), used = 0, len, width;
	const char *rest = text, *end;
	char *shorter = malloc(strlen(text) + strlen(mark) + 1);

	if (!shorter)
		return NULL;
	while (*rest && used + (width = character_width(rest, &len)) <= head) {
		used += width;
		left -= width;
		rest += len;
	}
	for (end = rest; *end && left > tail; end += len)
		left -= character_width(end, &len);
	memcpy(shorter, text, (size_t)(rest - text));
	stpcpy(stpcpy(shorter + (rest - text), mark), end);
	return shorter;
}

char *text_repair(const char *text)
{
	char *repaired = malloc(strlen(text) * 3 + 1);
	char *out = repaired;
	size_t len;

	if (!repaired)
		return NULL;
	for (const unsigned char *p = (const unsigned char *)text; *p; p += len) {
		uint32_t character = 0;

		len = utf8_length(p, &character);
		if (len > 0) {
			out = (char *)mempcpy(out, p, len);
		} else {
			out = (char *)mempcpy(out, "\xef\xbf\xbd", 3);
			len = 1;
		}
	}
	*out = '\0';
	return repaired;
}

static bool needs_no_quotes(const char *text)
{
	return *text &&
		text[strspn(text,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"0123456789_-+=.,:/@%")] == '\0';
}

char *text_quote(const char *text)
{
	char *quoted, *out;

	if (needs_no_quotes(text))
		return strdup(text);
	out = quoted = malloc(strlen(text) * 4 + 3);
	if (!quoted)
		return NULL;
	*out++ = '\'';
	for (; *text; text++)
		if (*text == '\'')
			out = mempcpy(out, "'\\''", 4);
		else
			*out++ = *text;
	*out++ = '\'';
	*out = '\0';
	return quoted;
}

bool text_join(char **list, const char *separator, const char *text)
{
	size_t len = *list ? strlen(*list) : 0;
	size_t gap = *list ? strlen(separator) : 0, more = strlen(text);
	char *longer = realloc(*list, len + gap + more + 1);

	if (!longer) {
		free(*list);
		*list = NULL;
		return false;
	}
	memcpy(longer + len, separator, gap);
	memcpy(longer + len + gap, text, more + 1);
	*list = longer;
	return true;
}

char *text_below_root(const char *root, const char *path)
{
	size_t len = root ? strlen(root) : 0;
	char *text;

	while (len > 0 && root[len - 1] == '/')
		len--;
	return asprintf(&text, "%.*s%s", (int)len, root ? root : "", path) < 0 ? NULL
									       : text;
}

const char *text_format_rate(double rate, char *out)
{
	static const char units[] = " kMGT";
	int unit = 0;

	while (rate >= 999.5 && unit < 4) {
		rate /= 1000;
		unit++;
	}
	if (unit == 0 && rate > 0 && rate < 9.95)
		snprintf(out, 16, rate < 0.05 ? "<0.1" : "%.1f", rate);
	else if (unit == 0)
		snprintf(out, 16, "%.0f", rate);
	else
		snprintf(out, 16, rate < 99.95 ? "%.1f%c" : "%.0f%c", rate, units[unit]);
	return out;
}
