/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a rule has found. */
#ifndef IRQKIT_FINDINGS_H
#define IRQKIT_FINDINGS_H

#include "base/array.h"
#include "machine/machine_files.h"

#include <irqkit.h>

struct irqkit_doctor;
struct look;

/* A fact: what a file holds. */
struct finding_fact {
	char *file; /* owned; "/proc/stat" */
	char *value; /* owned */
};

struct finding_words {
	char **words; /* owned, and each; ending with NULL; without "irqkit" */
	size_t n;
};

struct irqkit_finding {
	const struct irqkit_rule *rule;
	enum irqkit_class class;
	char *subject; /* owned; "eth1", "CPUs 4-15", "the machine" */
	struct irqkit_device *device; /* or NULL */
	struct irqkit_cpuset
		*cpus; /* owned; what it is about, or NULL: none in particular */
	char *text; /* owned; what was found, with the subject; without full stop */
	struct finding_fact *facts; /* owned, and their texts */
	size_t n_facts, facts_room;
	double share; /* of the busiest CPU's time, or of the interrupts: 0 to 1 */
	double gain; /* what part of it the fix removes: 0 to 1 */
	bool is_of_time; /* the share is one of time */
	enum irqkit_confidence confidence;
	struct finding_words fix; /* an irqkit command; n is 0: there is none */
	char *by_hand; /* owned; what else helps, or all that does; or NULL */
	enum irqkit_needs needs; /* of by_hand */
	const struct irqkit_finding *cause; /* that hides it, or NULL */
	bool is_ignored; /* the user asked for other findings only */
	bool has_failed; /* memory ran out */
};

/*
 * Adds a finding of the rule that looks. Never returns NULL: without memory, the finding is
 * one that is not reported, and the look fails.
 *
 * @device: the device, or NULL
 * @subject: what the line begins with, or NULL: the name of the device
 */
struct irqkit_finding *finding_add(struct look *look, struct irqkit_device *device,
	const char *subject, ...) __attribute__((format(printf, 3, 4)));

/*
 * What was found about the subject, as a sentence: "cpu0 handles all 4 queues", which becomes
 * "eth0: cpu0 handles all 4 queues".
 */
void finding_say(struct irqkit_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same as what the subject does: "has one rx queue" becomes "eth0 has one rx queue". */
void finding_does(struct irqkit_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A fact that it rests on. @file: with its leading slash; value: as it stands there */
void finding_fact(struct irqkit_finding *finding, const char *file, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* The same, with what the file holds now. @file: as for facts_read() */
struct facts;
void finding_fact_read(struct irqkit_finding *finding, struct facts *facts,
	const char *file, ...) __attribute__((format(printf, 3, 4)));

/* The same for a system-wide file. */
void finding_fact_file(
	struct irqkit_finding *finding, struct facts *facts, enum machine_file file);
/* The CPUs where an interrupt may be handled, and where it is, if that is known. */
void finding_fact_affinity(struct irqkit_finding *finding, struct irqkit_irq *irq);
void finding_fact_effective(struct irqkit_finding *finding, struct irqkit_irq *irq);
/* The CPUs that its driver suggests. */
void finding_fact_hint(struct irqkit_finding *finding, struct irqkit_irq *irq);
/* The CPUs where a thread may run. */
void finding_fact_thread(struct irqkit_finding *finding, struct irqkit_thread *thread);

/*
 * How much it concerns and how much the fix gains, each from 0 to 1; for the order.
 *
 * @is_of_time: a share of the time of a CPU; otherwise of interrupts
 */
void finding_weigh(
	struct irqkit_finding *finding, double share, double gain, bool is_of_time);

/* The class, if it is not that of the rule. */
void finding_set_class(struct irqkit_finding *finding, enum irqkit_class class);
/* How it is known, if that is not what facts_confidence() says. */
void finding_set_confidence(
	struct irqkit_finding *finding, enum irqkit_confidence confidence);

/* A CPU that it is about: a cause hides only symptoms of its device or its CPUs. */
void finding_add_cpu(struct irqkit_finding *finding, unsigned int cpu);
void finding_add_cpus(struct irqkit_finding *finding, const struct irqkit_cpuset *cpus);

/*
 * The command that fixes it: words without "irqkit", ending with NULL. A name of a device
 * is one word: finding_fix(finding, "rps", name, "--auto", NULL)
 */
#define finding_fix(finding, ...)                                                        \
	finding_fix_words(finding, (const char *const[]){ __VA_ARGS__ })
void finding_fix_words(struct irqkit_finding *finding, const char *const *words);
/* Adds one more word to it. */
void finding_fix_word(struct irqkit_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What a person must do: "add managed_irq, to isolcpus=", or beside a fix, what is better.
 * "nothing to do, because ..." with IRQKIT_NEEDS_NOTHING.
 */
void finding_by_hand(struct irqkit_finding *finding, enum irqkit_needs needs,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Frees what it owns, so that it is as a new one. */
void finding_clear(struct irqkit_finding *finding);
void finding_free(struct irqkit_finding *finding);

#endif
