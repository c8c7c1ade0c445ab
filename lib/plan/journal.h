/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal: one file a change in /run/irqkit, named by its number; N.undone once it
 * has been undone, N.skipped if an undo of it skipped some settings. It is complete, under
 * that name, before the first knob is written, and does not say what was written after
 * that: the knobs show it.
 *
 *     irqkit-journal 1
 *     time	1763760000
 *     command	irqkit set eth1 --cpus=0-3
 *     undoes	6                                   (of an undo only)
 *     ban	7	1234	283,284             (unban: taken back, of an undo)
 *     knob	/proc/irq/283/smp_affinity	283	xen-dyn	eth1	01	0f
 *     knob	/sys/class/net/eth1/queues/rx-0/rps_cpus		2	eth1:rx-0	0	e
 *     knob	/proc/77/status		1234	napi/eth1-8193	0-3	2
 *     knob	/proc/irq/24/smp_affinity	24	PCI-MSI	eth0-0	f		eth0:rx-0
 *     knob	ethtool:eth0/channels		3	eth0	combined 2	combined 4
 *     end
 *
 * A knob has its path, interrupt, what it belongs to by another sign (the chip of an
 * interrupt, the index of an interface, when a thread began) and by name, and its value
 * before and after.
 * Before a change of channels stands what that may reset: such a knob has no new value. An
 * interrupt has the queue that it serves there, since its number may become another one.
 * before and after. A ban has the number of an irqbalance, when that began, and the
 * interrupts that it leaves alone for this change.
 * Fields are separated by tabs; a byte that could be mistaken is written as \xNN.
 */
#ifndef IRQKIT_JOURNAL_H
#define IRQKIT_JOURNAL_H

#include "base/buffer.h"
#include "plan/plan.h"
#include "plan/run_dir.h"

#include <irqkit.h>

#define JOURNAL_HEADING "irqkit-journal 1\n"
#define JOURNAL_UNDONE ".undone"
#define JOURNAL_SKIPPED ".skipped"
#define JOURNAL_LAST ((unsigned int)INT32_MAX) /* the highest number of a change */

enum {
	FIELD_PATH,
	FIELD_IRQ,
	FIELD_IDENTITY,
	FIELD_TARGET,
	FIELD_OLD,
	FIELD_NEW, /* "": a barrier may reset it */
	FIELD_QUEUE, /* may be absent */
	N_FIELDS
};

/* One knob of a change. */
struct journal_entry {
	char *field[N_FIELDS]; /* owned */
	unsigned int without; /* 0, or the undone change before which FIELD_OLD was set */
};

struct irqkit_change {
	unsigned int number;
	enum irqkit_change_state state;
	int64_t time;
	char *command; /* owned */
	unsigned int undoes;
	struct journal_entry *entries; /* owned */
	size_t n_entries;
	bool is_complete; /* the file has its end */
	struct ban_list bans;
	const struct irqkit_journal *journal; /* that has it; NULL while it is read */
};

/* journal.c */

/*
 * Makes the old values of all steps that are planned or written durable, as change
 * @number, or as a new change if that is 0.
 */
int journal_write(struct irqkit_lock *lock, const struct irqkit_plan *plan,
	const char *command, unsigned int *number);
/* Removes a change that was restored, or that became part of another one. */
void journal_remove(struct irqkit_lock *lock, unsigned int number);

/* "12", "12.undone" or "12.skipped" */
bool journal_parse_name(
	const char *name, unsigned int *ret_number, enum irqkit_change_state *ret_state);

/* A tab and a field, and back, in place; false: no such field. */
void journal_format_field(struct buffer *file, const char *text);
bool journal_unescape(char *field);

/* The text of a change, piece by piece; it ends with "end\n". */
void journal_format_head(
	struct buffer *file, int64_t seconds, const char *command, unsigned int undoes);
void journal_format_bans(struct buffer *file, const struct ban_list *bans);
void journal_format_knob(struct buffer *file, const char *const field[N_FIELDS]);

/* journal_read.c */

/* The change that is in a file. What it holds by then is ended with journal_clear_change(). */
int journal_read_change(int dir_fd, const char *name, struct irqkit_change *change);
void journal_clear_change(struct irqkit_change *change);
/*
 * The interrupts that the irqbalance of @ban leaves alone for changes that are in force,
 * other than @number.
 */
int journal_find_bans(const struct irqkit_journal *journal, unsigned int number,
	const struct ban *ban, struct number_list *ret_irqs);
/* A new, empty entry. */
int journal_add_entry(struct irqkit_change *change, struct journal_entry **ret_entry);

#endif
