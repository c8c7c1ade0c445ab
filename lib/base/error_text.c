/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error_text.h"

#include <errno.h>
#include <string.h>

const char *error_text(int error)
{
	return error == EBADMSG ? "it has unexpected contents" : strerror(error);
}
