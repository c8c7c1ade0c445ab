/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devices/file_text.h"
#include "kernel/knob.h"

#include <stdlib.h>

int file_text_get(struct file_text *file, struct irqkit_ctx *ctx, const char *path,
	const char **ret_text)
{
	size_t len;

	if (!file->has_read)
		file->error = knob_read_line(ctx, path, &file->text, &len);
	file->has_read = true;
	if (file->error == 0)
		*ret_text = file->text;
	return file->error;
}

void file_text_forget(struct file_text *file)
{
	free(file->text);
	*file = (struct file_text){ 0 };
}
