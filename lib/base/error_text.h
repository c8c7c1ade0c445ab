/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a setting cannot be read, for people. */
#ifndef IRQKIT_ERROR_TEXT_H
#define IRQKIT_ERROR_TEXT_H

/* As strerror(), but of EBADMSG, which means here that a parser did not know the text. */
const char *error_text(int error);

#endif
