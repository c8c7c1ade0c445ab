/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devices/file_text.h"
#include "kernel/knob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int file_text_pretend(struct file_text *file, const char *text)
{
	struct file_text *read = file->read;
	char *copy = strdup(text);

	if (copy && file->has_read && !file->is_pretended) {
		read = malloc(sizeof(*read));
		if (read)
			*read = *file;
	}
	if (!copy || (file->has_read && !file->is_pretended && !read)) {
		free(copy);
		return -ENOMEM;
	}
	if (file->is_pretended)
		free(file->text);
	*file = (struct file_text){
		.text = copy,
		.has_read = true,
		.is_pretended = true,
		.read = read,
	};
	return 0;
}

void file_text_end_pretending(struct file_text *file)
{
	struct file_text *read = file->read;

	if (!file->is_pretended)
		return;
	free(file->text);
	*file = read ? *read : (struct file_text){ 0 };
	free(read);
}

void file_text_forget(struct file_text *file)
{
	free(file->text);
	if (file->read)
		free(file->read->text);
	free(file->read);
	*file = (struct file_text){ 0 };
}
