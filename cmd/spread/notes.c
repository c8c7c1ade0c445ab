/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes beside a plan, and how they are written. */
#include "spread/notes.h"
#include "base/fold.h"
#include "base/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void notes_add(struct notes *notes, const char *format, ...)
{
	char **texts = reallocarray(notes->texts, notes->n + 2, sizeof(*texts));
	va_list args;

	if (!texts)
		return;
	notes->texts = texts;
	va_start(args, format);
	if (vasprintf(&texts[notes->n], format, args) >= 0)
		notes->n++;
	va_end(args);
	texts[notes->n] = NULL;
}

void notes_free(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->texts[i]);
	free(notes->texts);
}

void notes_say_warnings(const struct notes *notes)
{
	for (size_t i = 0; i < notes->n_warnings; i++)
		say_warning("%s", notes->texts[i]);
}

void notes_print_advice(const struct notes *notes)
{
	for (size_t i = notes->n_warnings; i < notes->n; i++)
		print_sentence("%s\n", notes->texts[i]);
}
