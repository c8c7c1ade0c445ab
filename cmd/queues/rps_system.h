/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of `irqkit rps`; --default and --entries are settings of the whole system. */
#ifndef CMD_RPS_SYSTEM_H
#define CMD_RPS_SYSTEM_H

#include "queues/steering.h"

#include <stdint.h>

struct rps_options {
	struct steer_options steer;
	const char *flows;
	const char *new_interfaces; /* the CPUs of their queues */
	const char *entries; /* of the flow table of the whole system */
};

/* Is something changed on interfaces? */
bool rps_is_change(const struct rps_options *options);
bool rps_parse_flows(const char *word, uint64_t *ret_flows);

/* Is this --default or --entries? */
bool rps_is_of_system(const struct rps_options *options);
/* The change that they request; not requesting one is a mistake. */
enum status rps_make_system(const struct call *call, const struct rps_options *options,
	struct irqkit_request **ret_request);
/* Makes the change; without a value, shows the settings. */
enum status rps_run_system(const struct call *call, const struct rps_options *options);

#endif
