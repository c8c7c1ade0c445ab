/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All that a rule may look at. Everything is read when it is first needed, and once.
 *
 * What a call returns belongs to the facts. CPU -1, rate -1 and share -1 mean "not known".
 */
#ifndef IRQKIT_FACTS_H
#define IRQKIT_FACTS_H

#include "machine/machine.h"

#include <irqkit.h>

/*
 * What is placed as one: the rx and tx vectors of a queue together, or one interrupt that
 * serves no known queue.
 */
struct unit {
	struct fact_device *device; /* or NULL */
	int queue; /* its number; -1: no queue, or not known */
	char *name; /* owned; "eth0:2", "i8042 (12)" */
	struct irqkit_irq **irqs; /* owned array */
	size_t n_irqs, irqs_room;
	int cpu; /* where its first interrupt is, see facts_find_cpu(); -1: not known */
	uint64_t count; /* in facts_counts() */
	bool is_movable; /* 'irqkit spread DEV' can move an interrupt of it */
	bool is_managed; /* the kernel alone places it */
	bool is_data; /* it is not a link, configuration, admin or error vector */
};

/* A device that raises interrupts: an interface, a disk, a PCI function. */
struct fact_device {
	struct irqkit_device *device;
	const char *name;
	bool is_net;
	struct unit **units; /* owned array; those that carry data or may */
	size_t n_units, units_room;
	struct unit **by_queue; /* owned array; those of queues, by number */
	size_t n_by_queue, by_queue_room;
	size_t n_queues; /* units with a queue number */
	uint64_t count; /* of the units */
	int node; /* -1: not known */
	bool is_busy; /* see facts_is_busy() */
	struct irqkit_cpuset *usable; /* owned; housekeeping CPUs of its node, else all */
};

/* A file, once it was asked for. */
struct fact_file {
	char *path; /* owned; without a leading slash */
	char *text; /* owned; NULL: it could not be read */
	size_t len;
	int error; /* negative, or 0 */
};

struct facts {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_topology *topology;
	struct irqkit_devices *devices;
	const struct irqkit_load *load; /* not owned; NULL: there are only totals */
	const struct irqkit_affinities *earlier; /* not owned; or NULL; affinities.h */
	const struct irqkit_cpuset *online, *housekeeping;
	struct irqkit_cpuset *isolated; /* owned; online and isolated or nohz_full */

	struct unit *units; /* owned; in the order of the rows */
	size_t n_units;
	struct unit **unit_of; /* owned array; by index of the record; NULL: background */
	struct fact_device *owners; /* owned; each device once */
	struct fact_device **owner_of; /* owned array; of each device, by its address */
	size_t n_owners, n_owner_of, owner_of_room;
	uint64_t count; /* of all units */
	/* owned; by number of CPU: the load of the units that are there; NULL: not summed yet */
	double *cpu_loads;
	double uptime; /* in seconds; -1: not known */
	bool has_second_sample; /* a saved system, saved twice */
	size_t n_net; /* interfaces; 0: they cannot be listed */

	struct writers *writers; /* owned, and what it lists; facts_tools.h; or NULL */
	struct steered *steered; /* owned, and what they hold; see steered.h */
	size_t n_steered;
	bool has_read_steered;
	struct irqkit_placed *placed; /* owned; NULL: not read, or it cannot be */
	bool has_read_placed;
	struct fact_file *files; /* owned; sorted by path */
	size_t n_files, files_room;
	/* facts_isolate.h: owned, and their texts; the plan of 'isolate', if it was made */
	struct isolate_step *isolate_steps;
	size_t n_isolate_steps, isolate_steps_room;
	int isolate_error;
	bool has_planned_isolate;
};

/* @load: of this machine, or NULL; must live as long */
int facts_new(struct irqkit_machine *machine, const struct irqkit_load *load,
	struct facts **ret_facts);
void facts_free(struct facts *facts);

/* ------- files */

/*
 * A file below the root, without its last newline. NULL: it cannot be read; *ret_error,
 * unless it is NULL, is then negative.
 */
const char *facts_read(struct facts *facts, int *ret_error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same as a number; false: there is no such file, or no number in it. */
bool facts_read_number(struct facts *facts, uint64_t *ret_number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same as a set of CPUs, which the caller frees. NULL: none. */
struct irqkit_cpuset *facts_read_list(struct facts *facts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A system-wide mask. NULL: there is none, or no memory. */
struct irqkit_cpuset *facts_copy_mask(struct facts *facts, enum machine_file file);
bool facts_has_file(struct facts *facts, enum machine_file file);
/* A parameter of the kernel's command line, "isolcpus=": what follows it; NULL: none. */
char *facts_find_parameter(struct facts *facts, const char *name);

/* ------- counts and time */

/* What the counts and shares are: measured, mean since boot, or placement only. */
enum irqkit_confidence facts_confidence(const struct facts *facts);
/* The counts that all shares are of, in the rows of the machine. */
const struct irqkit_snapshot *facts_counts(const struct facts *facts);
/* For how many seconds these counts are; -1: not known. */
double facts_seconds(const struct facts *facts);
/* Per second. */
double facts_rate(const struct facts *facts, uint64_t count);
/* How often an interrupt fired in these counts. */
uint64_t facts_count(const struct facts *facts, const struct irqkit_irq *irq);
/* The part of its time that a CPU spent in interrupts and softirqs: 0 to 1. */
double facts_busy(const struct facts *facts, unsigned int cpu);
/* The part that the host took from it. */
double facts_steal(const struct facts *facts, unsigned int cpu);

/* ------- interrupts and devices */

/*
 * Where an interrupt is handled, or where a pending move takes it: never where it was
 * counted, unless nothing else shows it.
 */
int facts_find_cpu(const struct facts *facts, struct irqkit_irq *irq);
/* Is the device worth a placement? Its rate, or the time of one of its CPUs, says so. */
bool facts_is_busy(const struct facts *facts, const struct fact_device *device);
/* Words that mean interrupts in a command: "eth0:2", numbers. */
struct target_words {
	char **words; /* owned, and each */
	size_t n, room;
};
void target_words_free(struct target_words *words);
int unit_add_targets(const struct unit *unit, struct target_words *words);
/* Did 'irqkit apply' place it? Then a policy wants it there. */
bool facts_is_placed(struct facts *facts, const struct unit *unit);
/* The entry of a device, or NULL: it raises no interrupt. */
struct fact_device *facts_find_device(
	const struct facts *facts, const struct irqkit_device *device);
/* The CPUs where its units are handled. The caller frees the set. */
int facts_find_served(const struct facts *facts, const struct fact_device *device,
	struct irqkit_cpuset **ret_cpus);

/* "0-3,8"; the caller frees it. NULL: no memory. */
char *facts_format_cpus(const struct irqkit_cpuset *cpus);

/* The SET of the fast CPUs that may handle interrupts. */
const char *facts_get_fast_word(const struct facts *facts);

/* ------- what irqkit would do */

/* A spread that was planned and not applied. */
struct plan_gain {
	/* 1 - after / before of the load of the busiest CPU; less than 0: it is a loss */
	double gain;
	double own_gain; /* the same of the interrupts that are placed alone */
	size_t n_moves; /* interrupts that go elsewhere */
	bool is_worse; /* 'irqkit spread' would warn that the load gets less even */
	/* of the interrupts that are placed and carry data, before and after: */
	size_t n_remote[2]; /* fire, on another node than that of their device */
	size_t n_slow[2]; /* fire, on slow cores */
	size_t n_cpus[2]; /* are on so many different CPUs */
	size_t n_cores[2]; /* and cores */
};

/* A spread, as a user would type it. */
struct spread_words {
	const char *const *targets;
	size_t n_targets;
	enum irqkit_policy policy;
	const char *cpus; /* --cpus=; NULL: not given */
};

/*
 * What it would do, as the planner models it: a rule on placement reports only what this
 * improves. What cannot be planned gains nothing.
 */
int facts_plan_spread(struct facts *facts, const struct spread_words *words,
	struct plan_gain *ret_gain);

#endif
