/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of a policy file -> lines of words, quoted as in a shell:
 *
 *	word  'word with spaces'  "the same"  \   # comment
 *
 * A backslash at the end of a line continues it. Nothing is ever expanded or run: what a
 * shell would do more with must be quoted.
 */
#include "base/array.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "policy/policy.h"

#include <errno.h>
#include <string.h>

struct splitter {
	struct irqkit_policies *policy;
	const char *file;
	const char *at, *end;
	unsigned int number; /* of the line that is read, from 1 */
	struct policy_line line; /* owned; the words read so far */
	struct buffer word;
	bool has_word;
	bool is_wrong; /* a mistake in this line has been kept */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* One mistake for a line is enough: what follows it may be misread. */
#define MISTAKE(s, ...)                                                                  \
	({                                                                               \
		int r_ = (s)->is_wrong ? 0                                               \
				       : policy_add_mistake((s)->policy, (s)->file,      \
						 (s)->number, false, __VA_ARGS__);       \
		(s)->is_wrong = true;                                                    \
		r_;                                                                      \
	})

static int end_word(struct splitter *s)
{
	struct policy_line *line = &s->line;
	char *word = NULL;
	int r;

	if (!s->has_word)
		return 0;
	s->has_word = false;
	r = buffer_take(&s->word, &word);
	s->word = (struct buffer){ 0 };
	if (r < 0)
		return r;
	if (!word)
		word = strdup("");
	/* one more: the array ends with NULL */
	if (word && line->n_words + 2 > line->words_room) {
		size_t room = line->words_room * 2 + 8;
		void *words = reallocarray(line->words, room, sizeof(char *));

		if (words) {
			line->words = words;
			line->words_room = room;
		} else {
			free(TAKE(word));
		}
	}
	if (!word)
		return -ENOMEM;
	line->words[line->n_words++] = word;
	line->words[line->n_words] = NULL;
	return 0;
}

/* A word ends with its first NUL, so none can hold one, quoted or not. */
static int add_char(struct splitter *s, char c)
{
	if (!c)
		return MISTAKE(s, "this line has a NUL byte: it is not text");
	s->has_word = true;
	buffer_add_char(&s->word, c);
	return 0;
}

/* The rest of the line is not read. */
static void skip_line(struct splitter *s)
{
	while (s->at < s->end && *s->at != '\n')
		s->at++;
}

static int take_single(struct splitter *s)
{
	int r = 0;

	s->has_word = true;
	for (; s->at < s->end && *s->at != '\n' && r == 0; s->at++) {
		if (*s->at == '\'') {
			s->at++;
			return 0;
		}
		r = add_char(s, *s->at);
	}
	if (r < 0)
		return r;
	return MISTAKE(s, "a closing ' is missing in this line");
}

/* Before which a backslash in double quotes takes the special meaning away? */
static bool is_escaped(char c)
{
	return c == '"' || c == '\\' || c == '$' || c == '`';
}

static int take_double(struct splitter *s)
{
	int r = 0;

	s->has_word = true;
	for (; s->at < s->end && *s->at != '\n' && r == 0; s->at++) {
		if (*s->at == '"') {
			s->at++;
			return 0;
		}
		if (*s->at == '\\' && s->at + 1 < s->end && is_escaped(s->at[1]))
			s->at++;
		r = add_char(s, *s->at);
	}
	if (r < 0)
		return r;
	return MISTAKE(s, "a closing \" is missing in this line");
}

/* A backslash outside of quotes. */
static int take_escape(struct splitter *s)
{
	if (s->at < s->end && *s->at == '\r' && s->at + 1 < s->end && s->at[1] == '\n')
		s->at++;
	if (s->at == s->end)
		return MISTAKE(s, "the file ends with a \\, which continues a line");
	if (*s->at == '\n') {
		s->at++;
		s->number++;
		return 0;
	}
	return add_char(s, *s->at++);
}

static int take_char(struct splitter *s)
{
	char c = *s->at++;

	if (is_space(c))
		return end_word(s);
	switch (c) {
	case '\'':
		return take_single(s);
	case '"':
		return take_double(s);
	case '\\':
		return take_escape(s);
	case '#':
		if (s->has_word)
			break;
		skip_line(s);
		return 0;
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
	case '(':
	case ')':
	case '$':
	case '`':
		return MISTAKE(s,
			"'%c' must be quoted, as in '\\%c': a policy file is not a shell "
			"script",
			c, c);
	}
	return add_char(s, c);
}

/* All words, each with an end that no word has: the same text for the same words. */
static int join_words(struct policy_line *line)
{
	struct buffer text = { 0 };

	if (line->is_optional)
		buffer_add_char(&text, '-');
	for (size_t i = 0; i < line->n_words; i++)
		buffer_add(&text, "%s\n", line->words[i]);
	return buffer_take(&text, &line->text);
}

/* "-spread": without its "-". */
static int read_dash(struct splitter *s)
{
	struct policy_line *line = &s->line;
	char *word = line->words[0];

	if (word[0] != '-')
		return 0;
	if (!word[1])
		return MISTAKE(s,
			"a command must follow '-' without a space, as in "
			"-spread");
	if (word[1] == '-')
		return MISTAKE(s,
			"'%s' is not a command: options go after the command, as in "
			"spread eth0 --cpus=0-3",
			word);
	line->is_optional = true;
	memmove(word, word + 1, strlen(word));
	return 0;
}

static int end_line(struct splitter *s)
{
	struct irqkit_policies *policy = s->policy;
	int r = end_word(s);

	if (r == 0 && s->line.n_words && !s->is_wrong)
		r = read_dash(s);
	if (r < 0 || s->is_wrong || !s->line.n_words) {
		policy_line_clear(&s->line);
		return r;
	}
	s->line.file = s->file;
	if (join_words(&s->line) < 0 ||
		!GROW(policy->lines, policy->n_lines, policy->lines_room)) {
		policy_line_clear(&s->line);
		return -ENOMEM;
	}
	policy->lines[policy->n_lines++] = s->line;
	s->line = (struct policy_line){ 0 };
	return 0;
}

static int split_line(struct splitter *s)
{
	int r = 0;

	s->is_wrong = false;
	s->line = (struct policy_line){ .number = s->number };
	while (s->at < s->end && *s->at != '\n' && r == 0) {
		r = take_char(s);
		if (s->is_wrong)
			skip_line(s);
	}
	if (r == 0)
		r = end_line(s);
	free(TAKE(s->word.text));
	s->word = (struct buffer){ 0 };
	s->has_word = false;
	policy_line_clear(&s->line);
	if (s->at < s->end)
		s->at++;
	s->number++;
	return r;
}

int policy_split(
	struct irqkit_policies *policy, const char *file, const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct splitter s = {
		.policy = policy,
		.file = file,
		.at = text,
		.end = text + len,
		.number = 1,
	};
	int r = 0;

	/* some editors put a byte order mark before the text */
	if (len >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0)
		s.at += sizeof(mark) - 1;
	while (s.at < s.end && r == 0)
		r = split_line(&s);
	return r;
}

EXPORT int irqkit_policies_add_text(
	struct irqkit_policies *policy, const char *name, const char *text, size_t len)
{
	const char *file;
	int r = policy_add_file(policy, name, name, &file);

	return r < 0 ? r : policy_split(policy, file, text, len);
}
