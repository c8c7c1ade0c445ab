/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel threads that work for interrupts and queues. */
#ifndef IRQKIT_THREADS_H
#define IRQKIT_THREADS_H

#include "devices/device.h"

#define THREAD_NAME_CUT 15 /* a name that is this long may have been longer */
#define PF_KTHREAD 0x00200000u /* include/linux/sched.h */

int devices_read_threads(struct irqkit_devices *devices);
/* The process with that name; 0: it does not run. No other file of a thread is read. */
int devices_find_irqbalance(struct irqkit_devices *devices, unsigned int *ret_pid);
/* Forgets the threads that irqkit_devices_count_kernel_threads() has read. */
void kernel_threads_free(struct irqkit_devices *devices);
void threads_free(struct irqkit_devices *devices);
/* When a process began, by its stat; "": it is not there. */
const char *threads_find_start(const char *stat, size_t *ret_len);
/* Does it handle an interrupt? Then the kernel moves it with the interrupt. */
bool thread_is_of_irq(const struct irqkit_thread *thread);
/* The first thread whose name isn't before @text. */
size_t threads_find(const struct irqkit_devices *devices, const char *text);
/* The thread with this number that works for an interrupt or a queue, or NULL. */
struct irqkit_thread *threads_find_pid(const struct irqkit_devices *devices, int64_t pid);
/* Any thread of the kernel that has been read, by its number; or NULL. */
struct irqkit_thread *devices_find_thread(
	const struct irqkit_devices *devices, unsigned int pid);

/* The CPUs where it may run, as the kernel wrote them; the text belongs to the thread. */
int thread_get_text(struct irqkit_thread *thread, const char **ret_text);
/* They are read again when they are needed. */
void thread_forget(struct irqkit_thread *thread);

#endif
