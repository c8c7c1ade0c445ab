/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which knobs a plan may write, and what they hold. */
#ifndef IRQKIT_KNOB_VALUE_H
#define IRQKIT_KNOB_VALUE_H

#include "machine/machine_files.h"

#include <irqkit.h>

/* What a knob holds, or is to hold. */
struct knob_value {
	char *text; /* owned, or NULL: nothing */
	struct irqkit_cpuset *cpus; /* owned; of a number NULL. Of xps_rxqs: rx queues */
	uint64_t number;
};
void knob_value_clear(struct knob_value *value);
int knob_value_copy(const struct knob_value *value, struct knob_value *ret_copy);
/* -EBADMSG: no such value. */
int knob_value_parse(
	enum irqkit_knob knob, const char *text, struct knob_value *ret_value);
/* A mask gets as many digits as @like. */
int knob_value_set_cpus(enum irqkit_knob knob, const struct irqkit_cpuset *cpus,
	const char *like, struct knob_value *ret_value);
int knob_value_set_number(uint64_t number, struct knob_value *ret_value);
bool knob_value_is_equal(
	enum irqkit_knob knob, const struct knob_value *a, const struct knob_value *b);
/*
 * Is @now an acceptable kernel rendering of @given (offline CPUs of rps_cpus, xps_cpus and
 * threads dropped, numbers of flows rounded up)? 1: yes, 0: no.
 */
int knob_value_is_kept(struct irqkit_ctx *ctx, enum irqkit_knob knob,
	const struct knob_value *given, const struct knob_value *now);

/* The name of the device in the path of IRQKIT_KNOB_CHANNELS or _RSS. */
void knob_get_device_name(const char *path, char name[static 16]);

/* False: irqkit never writes this file. @ret_number: the interrupt, or the process. */
bool knob_parse_path(const char *path, enum irqkit_knob *ret_knob, uint32_t *ret_number);
/* The index of the interface whose queue has the knob; "": it is not known. */
int knob_get_ifindex(
	struct irqkit_devices *devices, const char *path, const char **ret_text);

#endif
