/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine FOLDER CPUS INTERRUPTS QUEUES [SECONDS [RATE]]: writes the saved root of a machine
 * whose network cards have QUEUES queues each, and one interrupt for each queue. Files with
 * the same content are links to one file: that is much faster than writing each of them.
 * With SECONDS: only writes the counts of such a machine again each half of a second, as
 * long as that; an interrupt fires 1 to 5 times RATE a second, and each CPU as often.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_IRQ 24u
#define ROOM 256

#define FORMAT(at) __attribute__((format(printf, at, at + 1)))

static unsigned int cpus, interrupts, queues;
static unsigned int fired; /* how often each interrupt, since the machine was written */

static void fail(const char *path)
{
	perror(path);
	exit(1);
}

static void make_folders(char *path)
{
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			fail(path);
		*slash = '/';
	}
}

static FILE *create(char *path)
{
	FILE *file;

	make_folders(path);
	file = fopen(path, "w");
	if (!file)
		fail(path);
	return file;
}

static void finish(FILE *file, const char *path)
{
	if (ferror(file) || fclose(file))
		fail(path);
}

/* Writes a file with one line. */
FORMAT(2) static void put(const char *line, const char *format, ...)
{
	char path[ROOM];
	va_list args;
	FILE *file;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	file = create(path);
	fprintf(file, "%s\n", line);
	finish(file, path);
}

/* Makes a link, with link() or symlink(). */
FORMAT(3)
static void put_link(int (*make)(const char *to, const char *path), const char *to,
	const char *format, ...)
{
	char path[ROOM];
	va_list args;
	int r;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	r = make(to, path);
	if (r < 0 && errno == ENOENT) {
		make_folders(path);
		r = make(to, path);
	}
	if (r < 0)
		fail(path);
}

/* As the kernel writes a mask: groups of 32 bits, the highest first. @only: or all CPUs. */
static void format_mask(char text[static ROOM], int only)
{
	size_t len = 0;

	for (unsigned int group = (cpus + 31) / 32; group-- > 0;) {
		unsigned int bits = 0;

		for (unsigned int bit = 0; bit < 32; bit++) {
			unsigned int cpu = group * 32 + bit;

			if (only < 0 ? cpu < cpus : cpu == (unsigned int)only)
				bits |= 1u << bit;
		}
		len += (size_t)snprintf(
			text + len, ROOM - len, "%08x%s", bits, group ? "," : "");
	}
}

/* ------------------------------------------------------------------------------- */

/* Those that the files of interrupts and queues are links to. */
static void write_models(void)
{
	char mask[ROOM];

	format_mask(mask, -1);
	put(mask, "model/all-cpus");
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		format_mask(mask, (int)cpu);
		put(mask, "model/cpu-%u", cpu);
	}
	put("msix", "model/msix");
	/* one for each purpose: ext4 allows 65,000 links */
	put("0", "model/node");
	put("0", "model/hint");
	put("0", "model/rps_cpus");
	put("0", "model/rps_flow_cnt");
	put("0", "model/xps_cpus");
	put("0", "model/xps_rxqs");
}

static void write_system(void)
{
	char list[ROOM];

	snprintf(list, sizeof(list), "0-%u", cpus - 1);
	put(list, "sys/devices/system/cpu/online");
	put(list, "sys/devices/system/cpu/possible");
	put(list, "sys/devices/system/node/node0/cpulist");
	put("0", "sys/devices/system/node/online");
	put("6.1.0", "proc/sys/kernel/osrelease");
	put("0", "proc/sys/net/core/rps_sock_flow_entries");
}

/* The cores @first to @last, each with both threads. */
static void format_cores(
	char list[static ROOM], unsigned int first, unsigned int last, unsigned int cores)
{
	if (last >= cores)
		last = cores - 1;
	if (cores == cpus)
		snprintf(list, ROOM, "%u-%u", first, last);
	else
		snprintf(list, ROOM, "%u-%u,%u-%u", first, last, first + cores,
			last + cores);
}

/* Two threads for each core, eight cores for each last cache, two packages. */
static void write_topology(void)
{
	unsigned int cores = cpus % 2 ? cpus : cpus / 2;
	unsigned int half = (cores + 1) / 2;
	char list[ROOM];

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		unsigned int core = cpu % cores, package = core / half;
		const char *folder = "sys/devices/system/cpu";

		format_cores(list, core, core, cores);
		put(list, "%s/cpu%u/topology/thread_siblings_list", folder, cpu);
		format_cores(list, package * half, package * half + half - 1, cores);
		put(list, "%s/cpu%u/topology/core_siblings_list", folder, cpu);
		put(package ? "1" : "0", "%s/cpu%u/topology/physical_package_id", folder,
			cpu);
		format_cores(list, core / 8 * 8, core / 8 * 8 + 7, cores);
		put(list, "%s/cpu%u/cache/index3/shared_cpu_list", folder, cpu);
	}
}

static void format_address(char address[static ROOM], unsigned int card)
{
	snprintf(address, ROOM, "%04x:%02x:00.0", card / 128, card % 128 + 1);
}

static void write_card(unsigned int card)
{
	char address[ROOM], net[ROOM + 64], link_text[ROOM + 64];

	format_address(address, card);
	snprintf(net, sizeof(net), "sys/devices/pci0000:00/%s/net/eth%u", address, card);
	snprintf(link_text, sizeof(link_text), "../../devices/pci0000:00/%s/net/eth%u",
		address, card);
	put("up", "%s/operstate", net);
	put("1", "%s/type", net);
	put("0", "sys/devices/pci0000:00/%s/numa_node", address);
	put_link(symlink, link_text, "sys/class/net/eth%u", card);
	snprintf(link_text, sizeof(link_text), "../../../%s", address);
	put_link(symlink, link_text, "%s/device", net);
	put_link(symlink, "../../../bus/pci/drivers/ixgbe",
		"sys/devices/pci0000:00/%s/driver", address);
	snprintf(link_text, sizeof(link_text), "../../../devices/pci0000:00/%s", address);
	put_link(symlink, link_text, "sys/bus/pci/devices/%s", address);

	for (unsigned int queue = 0; queue < queues; queue++) {
		put_link(link, "model/rps_cpus", "%s/queues/rx-%u/rps_cpus", net, queue);
		put_link(link, "model/rps_flow_cnt", "%s/queues/rx-%u/rps_flow_cnt", net,
			queue);
		put_link(link, "model/xps_cpus", "%s/queues/tx-%u/xps_cpus", net, queue);
		put_link(link, "model/xps_rxqs", "%s/queues/tx-%u/xps_rxqs", net, queue);
	}
}

static void write_row(FILE *rows, unsigned int index)
{
	unsigned int irq = FIRST_IRQ + index, card = index / queues;
	char address[ROOM];

	format_address(address, card);
	fprintf(rows, "%4u: ", irq);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		fprintf(rows, "%10u ",
			cpu == index % cpus
				? 1000 + index + fired * (1 + index / cpus % 5)
				: 0);
	fprintf(rows, " IR-PCI-MSIX-%s %4u-edge      eth%u-TxRx-%u\n", address,
		index % queues, card, index % queues);
}

static void write_interrupt(unsigned int index)
{
	unsigned int irq = FIRST_IRQ + index;
	char address[ROOM], model[32];

	format_address(address, index / queues);
	snprintf(model, sizeof(model), "model/cpu-%u", index % cpus);
	put_link(link, "model/all-cpus", "proc/irq/%u/smp_affinity", irq);
	put_link(link, model, "proc/irq/%u/effective_affinity", irq);
	put_link(link, "model/node", "proc/irq/%u/node", irq);
	put_link(link, "model/hint", "proc/irq/%u/affinity_hint", irq);
	put_link(link, "model/msix", "sys/devices/pci0000:00/%s/msi_irqs/%u", address,
		irq);
}

static void write_interrupts(void)
{
	char path[] = "proc/interrupts.new";
	FILE *rows = create(path);

	fprintf(rows, "%12s", "");
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		fprintf(rows, "CPU%-8u", cpu);
	fputc('\n', rows);
	for (unsigned int i = 0; i < interrupts; i++)
		write_row(rows, i);
	finish(rows, path);
	/* whoever reads the file in this moment reads all of the old one or of the new one */
	if (rename(path, "proc/interrupts") < 0)
		fail(path);
}

static void let_fire(unsigned int seconds, unsigned int rate)
{
	for (unsigned int half = 0; half < 2 * seconds; half++) {
		usleep(500000);
		fired += rate / 2;
		write_interrupts();
	}
}

int main(int argc, char **argv)
{
	if (argc < 5 || argc > 7)
		return 2;
	cpus = (unsigned int)atoi(argv[2]);
	interrupts = (unsigned int)atoi(argv[3]);
	queues = (unsigned int)atoi(argv[4]);
	if (cpus == 0 || cpus > 512 || queues == 0)
		return 2;
	if (chdir(argv[1]) < 0)
		fail(argv[1]);
	if (argc > 5) {
		let_fire((unsigned int)atoi(argv[5]),
			argc > 6 ? (unsigned int)atoi(argv[6]) : 500);
		return 0;
	}
	write_models();
	write_system();
	write_topology();
	write_interrupts();
	for (unsigned int i = 0; i < interrupts; i++)
		write_interrupt(i);
	for (unsigned int card = 0; card < (interrupts + queues - 1) / queues; card++)
		write_card(card);
	return 0;
}
