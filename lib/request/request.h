/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: what a user wants, in words, and what came of it.
 *
 *	words, numbers --request_*_plan(machine)--> steps of a plan
 *	                                       \--> messages, placement
 */
#ifndef IRQKIT_REQUEST_H
#define IRQKIT_REQUEST_H

#include "devices/channels.h"
#include "machine/machine.h"

enum request_kind {
	REQUEST_SET,
	REQUEST_DEFAULT,
	REQUEST_SPREAD,
	REQUEST_RPS,
	REQUEST_RPS_DEFAULT,
	REQUEST_FLOW_ENTRIES,
	REQUEST_XPS,
	REQUEST_PIN,
	REQUEST_CHANNELS,
	REQUEST_ISOLATE,
};

struct request_message {
	char *text; /* owned */
	enum irqkit_message_kind kind;
};

struct irqkit_request {
	enum request_kind kind;
	char **targets; /* owned, and each */
	size_t n_targets, targets_room;
	char *cpus; /* owned; a SET, or NULL */
	char *mask; /* owned; instead of the SET, or NULL */
	const char *cpus_label, *node_label; /* what messages call them: "--cpus" */

	/* of a spread */
	enum irqkit_policy policy;
	enum irqkit_node_policy node_policy;
	unsigned int node; /* of IRQKIT_NODE_NUMBER */
	unsigned int width;
	unsigned int gain; /* percent */
	unsigned int seconds; /* the counts should be those of so many; 0: since boot */
	unsigned int every; /* seconds until it is decided again; 0: once */
	uint64_t idle; /* a load that is too small for a move */
	bool is_split;
	bool passes_absent; /* a TARGET that matches nothing is reported and skipped */
	irqkit_leave_out_fn *leave_out; /* or NULL */
	void *leave_out_data;
	const struct irqkit_snapshot *counts; /* the loads; NULL: those since boot */
	struct irqkit_load *load; /* used instead of `counts`, if not NULL */
	enum irqkit_weigh weigh;

	/* of settings of queues */
	bool is_lower;
	const char *lower_label, *queues_label, *auto_label, *wrap_label, *flows_label;
	char *queue_numbers; /* owned; "0,2", or NULL: all */
	char *rxqs; /* owned; "0,2", or NULL: not given */
	const char *rxqs_label;
	enum irqkit_steering steering;
	bool has_flows;
	uint64_t flows;
	char **pins; /* owned, and each: QUEUE=SET */
	size_t n_pins, pins_room;
	bool wraps;
	unsigned int pin_flags;

	/* of channels */
	unsigned int counts_wanted[N_CHANNEL_KINDS]; /* by enum irqkit_channel_kind */
	const char *count_labels[N_CHANNEL_KINDS]; /* NULL: not wanted */
	const char *auto_channels_label; /* NULL: not wanted */
	const char *rss_label; /* NULL: not wanted */
	unsigned int rss_queues; /* 0: all */
	bool spreads; /* the interrupts are spread after that */
	struct irqkit_request *rest; /* owned; what follows the barrier, or NULL */

	/* of an isolation */
	const struct irqkit_cpuset *
		all_isolated; /* of all lines of a policy; NULL: the request is not a line of one */
	unsigned int parts; /* what is kept away: IRQKIT_ISOLATE_IRQS, ... */

	bool is_of_policy; /* a line among others: who plans them ends the messages */

	/* of the last plan */
	enum irqkit_problem problem;
	struct request_message *messages; /* owned, and each */
	size_t n_messages, messages_room;
	struct irqkit_selection *selection; /* owned; what the TARGETs meant, or NULL */
	size_t n_gone; /* interrupts that are skipped because they are gone */
	const char *why_gone; /* why these are gone, as a phrase; or NULL */
	struct irqkit_placement *placement; /* owned; of a spread, or NULL */
	/* of settings of queues: the interfaces, owned array; is_optional: only by a glob */
	struct named_net {
		struct irqkit_device *device;
		bool is_optional;
	} * named;
	size_t n_named, named_room;
	struct irqkit_device **devices; /* owned array; those that are acted on */
	size_t n_devices, devices_room;
	struct irqkit_queue **queues; /* owned array; of RPS and XPS, device by device */
	size_t n_queues;
};

int request_new(enum request_kind kind, struct irqkit_request **ret_request);
/* Frees *@text, which is the request's, and copies @with, which may be NULL. */
int request_replace(char **text, const char *with);

void request_drop_messages(struct irqkit_request *request);
/* Notes why the request fails, unless memory ran out. Returns @error. */
int request_note_problem(
	struct irqkit_request *request, enum irqkit_problem problem, int error);

/* After messages about immovable interrupts, with their result @r. */
int request_end_immovable(struct irqkit_request *request, int r);

/* Takes @text over; NULL: there was no memory for it. */
int request_add_message(
	struct irqkit_request *request, enum irqkit_message_kind kind, char *text);

/*
 * Adds a message that says what is wrong. Returns the errno value that stands for
 * @problem; -ENOMEM: there was no memory for the message.
 */
int request_fail(struct irqkit_request *request, enum irqkit_problem problem,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same where something could not be read: returns @error. */
int request_fail_with(struct irqkit_request *request, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Takes @message of another part of the library over, and frees it. @error: its error. */
int request_take_message(struct irqkit_request *request, enum irqkit_problem problem,
	int error, char *message);

void request_warn(struct irqkit_request *request, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void request_remark(struct irqkit_request *request, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The affinity of an interrupt cannot be read. */
int request_fail_unreadable(
	struct irqkit_request *request, const struct irqkit_irq *irq, int error);

/* Adds a step that is skipped, since /proc/irq has nothing of the interrupt. */
int request_add_gone(
	struct irqkit_request *request, struct irqkit_plan *plan, struct irqkit_irq *irq);

/* Is its plan another one when interrupts have fired? */
bool request_depends_on_counts(const struct irqkit_request *request);

/* Each adds the steps of its kind. */
int request_plan_set(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_plan_spread(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_plan_rps(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_check_rps_default(
	struct irqkit_request *request, struct irqkit_machine *machine);
int request_check_flow_entries(
	struct irqkit_request *request, struct irqkit_machine *machine);
int request_plan_rps_default(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan);
int request_plan_flow_entries(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan);
int request_plan_pin(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_plan_xps(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_plan_channels(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);
int request_plan_isolate(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan);

#endif
