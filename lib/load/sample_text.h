/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sample as text, for a later run of a program. Sections have the layout of files of
 * /proc, and are read by the parsers of these, but for interrupts, which have no columns of
 * zeros, and packets, which have several sources:
 *
 *	irqkit sample 1
 *	@clocks
 *	boot 2c5b...               the boot ID
 *	uptime 1234.56
 *	time 1234.567890
 *	@interrupts                and the same as @kept: of CPUs that are offline
 *	cpus 0-3
 *	read 1235
 *	24 2 1500 =24 =PCI-MSI =1-edge =eth0 0:1000 1:500
 *	@stat
 *	cpu0 12 0 34 567 0 1 2 0
 *	...
 *	@packets
 *	=eth0 1 0 0 12345          source, rx or tx, queue, packets
 *
 * A row: number, enum irqkit_counts, total, label, chip, description, handlers, counts by
 * CPU. A text has a = before it and no spaces: "%20" is one. A - stands for no text.
 */
#ifndef IRQKIT_SAMPLE_TEXT_H
#define IRQKIT_SAMPLE_TEXT_H

#define SAMPLE_HEADING "irqkit sample 1"

#endif
