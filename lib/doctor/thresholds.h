/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers at which a rule reports something. No document gives most of these: they are
 * judgement, and stand here together so that they can be changed.
 */
#ifndef IRQKIT_THRESHOLDS_H
#define IRQKIT_THRESHOLDS_H

enum {
	/* a device is busy from so many interrupts per second on, */
	BUSY_PER_SECOND = 1000,
	/* or if one of its CPUs spends so many percent of its time in interrupts */
	BUSY_CPU_PERCENT = 10,
	/* without a rate, a device is busy if it has fired so often since boot */
	BUSY_TOTAL = 100000,

	/* what a placement must lower the busiest CPU by */
	GAIN_PERCENT = 25,
	/* queues are on few CPUs: at most so many percent of those they could use */
	FEW_CPUS_PERCENT = 75,
	/* one CPU handles so much of all interrupts, */
	ONE_CPU_PERCENT = 80,
	/* and so much of that is not its hottest queue */
	ONE_CPU_REST_PERCENT = 20,
	/* a queue is hot from this share of all interrupts on */
	HOT_PERCENT = 10,
	/* a queue matters from this share of the interrupts of its device on, or half the mean */
	QUEUE_PERCENT = 5,
	/* unequal work: busiest CPU by time, percent, and as a multiple of the mean */
	UNEVEN_CPU_PERCENT = 50,
	UNEVEN_TIMES = 3,
	/* a core that two siblings share, and a slow core, matter at this share of time */
	SHARED_CORE_PERCENT = 30,
	SLOW_CORE_PERCENT = 30,
	/* completions per second that one CPU should not do by itself */
	DISK_PER_SECOND = 5000,
	/* a tick on a CPU without ticks, per second */
	TICK_PER_SECOND = 10,

	/* a CPU or queue is short of time: for RPS and channels */
	SHORT_CPU_PERCENT = 50,
	/* packets per second that one CPU can process, if time is not known */
	SHORT_PACKETS = 50000,
	/* one queue has so much of its device, and so many times its even share */
	ONE_QUEUE_PERCENT = 60,
	ONE_QUEUE_TIMES = 3,
	/* queues are uneven if the busiest of their CPUs does more than this of the mean */
	UNEVEN_RPS_PERCENT = 150,
	/* a CPU does nothing but interrupts, while the mean is below this */
	FULL_CPU_PERCENT = 85,
	FULL_MEAN_PERCENT = 50,

	/* ksoftirqd waits for so much of the time while a real-time program runs there */
	STARVED_PERCENT = 10,

	/* losses per second, and squeezes */
	DROPS_PER_SECOND = 1,
	SQUEEZES_PER_SECOND = 10,
	/* interrupts per second with fewer than so many packets each */
	MANY_PER_SECOND = 20000,
	PACKETS_PER_IRQ = 2,
	/* sysctls of net.core that only add delay above this */
	BUDGET_MOST = 3000,
	BUDGET_USECS_MOST = 50000,
	BACKLOG_MOST = 100000,
	/* an interrupt storm: any interrupt, a level-triggered one, one without data */
	STORM_PER_SECOND = 100000,
	STORM_LEVEL_PER_SECOND = 50000,
	STORM_OTHER_PER_SECOND = 1000,

	/* kernel/irq/spurious.c: so many of 100,000 without an answer switch a line off */
	SPURIOUS_DISABLES = 99900,
	/* unhandled interrupts matter from this number and this share of all on */
	SPURIOUS_LEAST = 100,
	SPURIOUS_PERCENT = 1,
	/* vectors of an x86 CPU: the part that must be left, or interrupts on one CPU */
	VECTORS_PERCENT = 10,
	VECTORS_PLACED = 160,
	/* APIC numbers that a device can reach without interrupt remapping */
	APIC_IDS = 256,

	/* so many interrupts that somebody moves during a sample are a fight */
	FLAPS = 2,
	/* what irqkit placed should be in a file after an hour */
	KEEP_AFTER_SECONDS = 3600,
	/* how long irqbalance may take to answer */
	BANS_WAIT_MS = 2000,
	/* 1.9.0 to 1.9.5: releases of irqbalance that do not know event channels */
	XEN_BLIND_FIRST = 1009000,
	XEN_BLIND_LAST = 1009005,

	/* the host takes so much of a CPU's time */
	STEAL_PERCENT = 5,
	/* so many interrupts without a tick of interrupt time: it is not accounted */
	NOT_ACCOUNTED_INTERRUPTS = 100000,
	/* a sample is too short with fewer ticks or interrupts */
	SAMPLE_TICKS = 20,
	SAMPLE_INTERRUPTS = 1000,
};

#endif
