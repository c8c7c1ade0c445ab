/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of errno values. */
#ifndef ERROR_NAME_H
#define ERROR_NAME_H

/* "EIO"; NULL: no errno value. */
const char *error_name(int error);

#endif
