/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `irqkit rps` and `irqkit xps` have in common: the queues of one direction of a
 * network interface are shown, or CPUs are set for them.
 */
#ifndef CMD_STEERING_H
#define CMD_STEERING_H

#include "change/change.h"
#include "queues/lower_option.h"
#include "table/columns.h"
#include "table/render.h"

struct steer_options {
	struct change_options change;
	struct table_options table;
	const char *cpus;
	const char *mask;
	const char *queues;
	bool is_auto;
	bool is_off;
	bool is_lower;
};

#define STEER_OPTIONS(type, member)                                                      \
	LOWER_OPTION(type, member.is_lower), WRITE_OPTIONS(type, member.change),         \
		TABLE_OPTIONS(type, member.table)

/* One queue, as it is shown. A command's row begins with it. */
struct steer_row {
	struct irqkit_queue *queue;
	const struct irqkit_cpuset *serving; /* NULL: not known */
	struct irqkit_cpuset *cpus; /* owned; rps_cpus or xps_cpus */
};

/* All that is shown. A command's view begins with it. */
struct steer_view {
	const struct steer_kind *kind;
	const struct change *change; /* whose machine is shown */
	const struct irqkit_request *request; /* which interfaces and queues */
	const struct steer_options *options;
	bool is_all; /* no interface was named */
	struct irqkit_queue *lacking; /* one whose setting is not there, or NULL */
	struct table table; /* its rows are owned */
	void **by_device; /* owned; the rows in the order of the interfaces */
};

/* The rows of one interface. */
struct steer_rows {
	void *const *rows;
	size_t n;
};

/* What a command shows of its own. */
struct steer_kind {
	enum irqkit_direction direction;
	enum irqkit_knob cpus_knob;
	int (*read_cpus)(struct irqkit_queue *queue, struct irqkit_cpuset **ret_cpus);
	const struct column *columns;
	size_t row_size;
	/* Fills the members after the struct steer_row, which is filled before. */
	void (*read_row)(struct steer_view *view, void *row);
	void (*clear_row)(void *row); /* or NULL */
	/* Adds keys to the document; or NULL. */
	void (*add_keys)(const struct steer_view *view, struct document *document);
	const char *none; /* the remark if all interfaces are left out */
	/* Prints the closing remarks about all rows. */
	void (*remark)(struct steer_view *view);
	/* Prints the closing remarks about an interface. */
	void (*remark_device)(struct steer_view *view, struct irqkit_device *device,
		const struct steer_rows *rows);
};

/* A command that steers. */
struct steering {
	const struct steer_kind *kind;
	const char *changing; /* the options that change something */
	/* Shows the queues of a request that was checked. */
	enum status (*show)(const struct change *change,
		const struct irqkit_request *request,
		const struct steer_options *options);
	/* A request of its kind. */
	int (*new_request)(struct irqkit_request **ret_request);
	/* Fills it with what only this command has; or NULL. */
	int (*fill)(struct irqkit_request *request, const struct call *call);
};

/* Reports mistakes in -o, --sort and the words, before any file is read. */
enum status steer_check(const struct call *call, const struct steer_kind *kind,
	const struct steer_options *options);

/* The change that the options request; not requesting one is a mistake. */
enum status steer_make_request(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change,
	struct irqkit_request **ret_request);

/* Makes the change that the options request; without one, shows the settings. */
enum status steer_run(const struct call *call, const struct steering *steering,
	const struct steer_options *options, bool is_change);

/* Reads the rows of all targets, and prints them. @view has no rows yet. */
enum status steer_show(struct steer_view *view);

/* The columns that both have. */
struct cell steer_get_queue(void *row);
struct cell steer_get_device(void *row);
struct cell steer_get_irq(void *row);
struct cell steer_get_serving(void *row);
struct cell steer_get_cpus(void *row);
struct cell steer_get_mask(void *row);

#define STEER_COLUMNS(cpus_key, cpus_help, mask_key)                                     \
	{ "QUEUE", "queue", "queue of the interface", COLUMN_DEFAULT | COLUMN_NAME,      \
		steer_get_queue, 0 },                                                    \
		{ "DEVICE", "device", "interface", 0, steer_get_device, 0 },             \
		{ "IRQ", "irq", "interrupt of the queue", COLUMN_DEFAULT | COLUMN_RIGHT, \
			steer_get_irq, 0 },                                              \
		{ "SERVED", "served", "CPUs that handle the interrupt",                  \
			COLUMN_DEFAULT | COLUMN_TRUNCATE, steer_get_serving, 0 },        \
		{ "CPUS", cpus_key, cpus_help, COLUMN_DEFAULT | COLUMN_TRUNCATE,         \
			steer_get_cpus, 0 },                                             \
	{                                                                                \
		"MASK", mask_key, "the same CPUs as a mask",                             \
			COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(1), steer_get_mask,  \
			0                                                                \
	}

#endif
