/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that no driver answered, and the vectors that CPUs have left. */
#define TOP "/tmp/irqkit-unhandled-XXXXXX"
#include "made_root.h"

#include <errno.h>

#define VECTOR "sys/kernel/debug/irq/domains/VECTOR"
#define SPURIOUS "proc/irq/24/spurious"

static void put_rows(void)
{
	put("proc/interrupts",
		"           CPU0       CPU1\n"
		" 24: 1000 0 IO-APIC 16-fasteoi ehci_hcd:usb1\n"
		"LOC: 10 10 Local timer interrupts\n");
}

static void unhandled_is(struct machine *m, uint64_t count, uint64_t unhandled)
{
	uint64_t is_count, is_unhandled;

	assert_int_equal(irqkit_irq_get_unhandled(irqkit_machine_find_irq(m->machine, 24),
				 &is_count, &is_unhandled),
		0);
	assert_int_equal(is_count, count);
	assert_int_equal(is_unhandled, unhandled);
}

/* It is read once, and again after a refresh, also if only what moved is read again. */
static void test_unhandled(void **state)
{
	const struct irqkit_cpuset *effective;
	struct machine m;
	uint64_t count, unhandled;

	(void)state;
	put_rows();
	m = open_machine(top);
	assert_int_equal(irqkit_irq_get_unhandled(irqkit_machine_find_irq(m.machine, 24),
				 &count, &unhandled),
		-ENOENT);
	assert_int_equal(irqkit_irq_get_unhandled(irqkit_machine_get_irq(m.machine, 1),
				 &count, &unhandled),
		-ENOENT);
	put("proc/irq/24/effective_affinity_list", "0\n");
	put("proc/irq/24/effective_affinity", "1\n");
	put(SPURIOUS, "count 42\nunhandled 7\nlast_unhandled 0 ms\n");
	assert_int_equal(
		irqkit_machine_refresh(m.machine, IRQKIT_REFRESH_MOVED, NULL, NULL), 0);
	unhandled_is(&m, 42, 7);
	/* its place is known, and it has not moved */
	assert_int_equal(irqkit_irq_get_effective(
				 irqkit_machine_find_irq(m.machine, 24), &effective),
		0);
	put(SPURIOUS, "count 43\nunhandled 8\nlast_unhandled 0 ms\n");
	unhandled_is(&m, 42, 7);
	assert_int_equal(
		irqkit_machine_refresh(m.machine, IRQKIT_REFRESH_MOVED, NULL, NULL), 0);
	unhandled_is(&m, 43, 8);
	put(SPURIOUS, "nothing\n");
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
	assert_int_equal(irqkit_irq_get_unhandled(irqkit_machine_find_irq(m.machine, 24),
				 &count, &unhandled),
		-EBADMSG);
	close_machine(&m);
}

static int read_vectors(const char *text, struct irqkit_vectors **ret_vectors)
{
	struct machine m;
	int r;

	if (text)
		put(VECTOR, text);
	m = open_machine(top);
	r = irqkit_vectors_new(m.machine, ret_vectors);
	close_machine(&m);
	return r;
}

/* As Linux 6.1 writes it: kernel/irq/matrix.c, irq_matrix_debug_show() */
static void test_vectors(void **state)
{
	struct irqkit_vectors *vectors;
	unsigned int available, allocated;

	(void)state;
	put_rows();
	assert_int_equal(read_vectors(NULL, &vectors), -ENOENT);
	assert_int_equal(read_vectors("", &vectors), -EBADMSG);
	assert_int_equal(read_vectors("    0   190     1     1   12  33-44\n", &vectors),
		-EBADMSG);
	assert_int_equal(
		read_vectors(" | CPU | avl | man | mac | act | vectors", &vectors),
		-EBADMSG);
	assert_int_equal(read_vectors("name:   VECTOR\n"
				      "Global available:    385\n"
				      " | CPU | avl | man | mac | act | vectors\n"
				      "     0   190     1     1   12  33-44\n"
				      "     9   195     1     1    7  33-39\n"
				      "  what is this\n",
				 &vectors),
		0);
	assert_int_equal(irqkit_vectors_count(vectors), 2);
	assert_int_equal(irqkit_vectors_get(vectors, 0, &available, &allocated), 0);
	assert_int_equal(available, 190);
	assert_int_equal(allocated, 12);
	assert_int_equal(irqkit_vectors_get(vectors, 1, &available, &allocated), 9);
	assert_int_equal(available, 195);
	assert_int_equal(allocated, 7);
	irqkit_vectors_free(vectors);
	irqkit_vectors_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unhandled),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
