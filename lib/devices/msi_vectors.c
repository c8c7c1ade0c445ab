/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MSI vectors by index. msi_irqs lists the numbers of interrupts only. The kernel numbers
 * the vectors of a function in the order of their indexes, but on kernels that fill gaps
 * between numbers, a later vector may get a lower number. The controller's number of an
 * MSI interrupt has the index in its low bits (drivers/pci/msi/irqdomain.c,
 * pci_msi_domain_calc_hwirq(); since 6.2 it is the index itself).
 */
#include "devices/msi_vectors.h"
#include "base/macros.h"
#include "devices/rows.h"
#include "devices/sysfs.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MSI_INDEX_MASK 0x7ff /* a function has at most 2048 vectors */

struct msi_vector {
	unsigned int irq;
	unsigned int index;
};

static int compare_vectors(const void *a, const void *b)
{
	const struct msi_vector *x = a, *y = b;

	return x->index != y->index ? (x->index > y->index) - (x->index < y->index)
				    : (x->irq > y->irq) - (x->irq < y->irq);
}

/* False: the row does not show the index. */
static bool find_index(
	const struct irqkit_devices *devices, unsigned int irq, unsigned int *ret_index)
{
	const struct irqkit_interrupt *row = devices_find_row(devices, irq);

	if (!row || !row->has_hwirq || row->hwirq < 0 || !row->chip ||
		!strstr(row->chip, "MSI"))
		return false;
	*ret_index = (unsigned int)(row->hwirq & MSI_INDEX_MASK);
	return true;
}

/* If the index of only one vector is not known, or two have the same, numbers decide. */
static void sort_vectors(
	const struct irqkit_devices *devices, struct msi_vector *vectors, size_t n)
{
	bool is_known = n > 0;

	for (size_t i = 0; i < n && is_known; i++)
		is_known = find_index(devices, vectors[i].irq, &vectors[i].index);
	if (is_known)
		qsort(vectors, n, sizeof(*vectors), compare_vectors);
	for (size_t i = 1; i < n && is_known; i++)
		is_known = vectors[i].index != vectors[i - 1].index;
	for (size_t i = 0; i < n && !is_known; i++)
		vectors[i].index = 0;
	if (!is_known && n)
		qsort(vectors, n, sizeof(*vectors), compare_vectors);
}

int device_list_vectors(
	const struct irqkit_device *device, unsigned int **ret_numbers, size_t *ret_count)
{
	_cleanup_free_ struct msi_vector *vectors = NULL;
	const struct msi_list *list = NULL;
	unsigned int *numbers;
	size_t n;
	int r = device->pci_path
		? sysfs_get_msi_list(device->devices, device->pci_path, &list)
		: 0;

	if (is_failure(r))
		return r;
	n = r == 0 && list ? list->count : 0;
	vectors = calloc(n + 1, sizeof(*vectors));
	numbers = calloc(n + 1, sizeof(*numbers));
	if (!vectors || !numbers) {
		free(numbers);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		vectors[i].irq = list->numbers[i];
	sort_vectors(device->devices, vectors, n);
	for (size_t i = 0; i < n; i++)
		numbers[i] = vectors[i].irq;
	*ret_numbers = numbers;
	*ret_count = n;
	return 0;
}
