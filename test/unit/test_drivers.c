/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of handlers' names against drivers.tsv, which says what kernels' sources call
 * them and what each serves: every sample of it, and every row of the table.
 *
 *	meaning    role, or direction:how its number is meant
 *	is         the number is the queue's; none: queue 0
 *	one        queue 1
 *	first      counted from the smallest, which column `first` tells where it is fixed
 *	half       half of the number; txrx: the first half of all numbers is tx
 *	all        every queue
 *	plain      every queue, unless there are others
 *	same, cut  told by the order alone
 */
#include "unit.h"

#include <ctype.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/handler_names_table.h"

#define N_COLUMNS 12

struct sample {
	char *line; /* owned */
	char *column[N_COLUMNS];
};

#define DRIVERS column[0]
#define SUBJECT column[1]
#define FIRST column[5]
#define KEYS column[9]
#define NAME column[10]
#define MEANING column[11]

/* What the sources do not tell, or tell otherwise than in the column. */
static const struct {
	const char *driver, *name, *why;
} exceptions[] = {
	{ "mlx5_core.sf", "mlx5_sf_comp70@pci:0000:03:00.0",
		"the number is that of a vector of the parent, which serves several" },
};

static struct sample *samples;
static size_t n_samples;

static int read_samples(void **state)
{
	FILE *file = fopen("test/unit/drivers.tsv", "r");
	size_t room = 0, line_room = 0;
	char *line = NULL;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &line_room, file) > 0) {
		struct sample *s;
		char *rest = line;

		if (!GROW(samples, n_samples, room))
			return -1;
		s = &samples[n_samples++];
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < N_COLUMNS; i++) {
			s->column[i] = strsep(&rest, "\t");
			if (!s->column[i])
				fail_msg("line %zu has %zu columns", n_samples, i);
		}
		s->line = line;
		line = NULL;
		line_room = 0;
	}
	free(line);
	fclose(file);
	return 0;
}

static int free_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_samples; i++)
		free(samples[i].line);
	free(samples);
	return 0;
}

/* ------------------------------------------------------------------------------- */

static struct name_keys keys_of(const struct sample *s, const char *driver)
{
	struct name_keys keys = {
		.driver = strcmp(driver, "-") == 0 ? NULL : driver,
		.netdev = "eth0",
		.virtio = "virtio1",
		.vif = "vif1.0",
		.pci = "0000:03:00.0",
		.bus = "1e100000.ethernet",
	};
	const char *value = strchr(s->KEYS, '=');

	if (value && strncmp(s->KEYS, "netdev", 6) == 0)
		keys.netdev = value + 1;
	else if (value && strncmp(s->KEYS, "vif", 3) == 0)
		keys.vif = value + 1;
	else if (value && strncmp(s->KEYS, "pci", 3) == 0)
		keys.pci = value + 1;
	else if (value)
		keys.bus = value + 1;
	return keys;
}

static uint32_t last_number(const char *name)
{
	const char *at = strchrnul(name, '@'); /* the PCI address has digits too */

	while (at > name && !isdigit((unsigned char)at[-1]))
		at--;
	while (at > name && isdigit((unsigned char)at[-1]))
		at--;
	return (uint32_t)strtoul(at, NULL, 10);
}

static unsigned int serves_of(const char *meaning)
{
	if (strncmp(meaning, "rxtx", 4) == 0 || strncmp(meaning, "txrx", 4) == 0 ||
		strncmp(meaning, "tx0+rx", 6) == 0 || strncmp(meaning, "rx+", 3) == 0 ||
		strcmp(meaning, "plain") == 0)
		return SERVES_BOTH;
	return strncmp(meaning, "rx", 2) == 0 ? SERVES_RX : SERVES_TX;
}

static bool is_queue(const struct name_meaning *m, uint32_t number)
{
	return (m->numbering == NUMBER_IS_QUEUE || m->numbering == NUMBER_RX_UNLESS_TX) &&
		!m->is_cut &&
		(m->number == number || (m->number == NO_NUMBER && number == 0));
}

/* @how: what follows the colon. */
static bool is_numbered_so(
	const struct sample *s, const struct name_meaning *m, const char *how)
{
	uint32_t number = last_number(s->NAME);

	if (strcmp(how, "is") == 0 && strncmp(s->MEANING, "tx0+", 4) == 0)
		return m->numbering == NUMBER_OF_RX && m->number == number;
	if (strcmp(how, "is") == 0 && strpbrk(s->NAME, ".:") && m->number == NO_NUMBER)
		return is_queue(m, 0); /* digits of the device's own name */
	if (strcmp(how, "is") == 0 || strcmp(how, "group") == 0)
		return is_queue(m,
			strpbrk(s->NAME, "_") && strcmp(how, "group") == 0
				? (uint32_t)(strstr(s->NAME, "_g")[2] - '0')
				: m->number == NO_NUMBER ? 0
							 : number);
	if (strcmp(how, "first") == 0)
		return m->number == number &&
			(m->numbering == NUMBER_FROM_FIRST ||
				(m->numbering == NUMBER_FROM_ONE &&
					strcmp(s->FIRST, "1") == 0));
	if (strcmp(how, "half") == 0)
		return m->numbering ==
			(s->MEANING[0] == 't' ? NUMBER_TX_THEN_RX : NUMBER_HALF);
	if (strcmp(how, "ravb") == 0)
		return strstr(s->NAME, "_nc") ? m->numbering == NUMBER_IS_ONE
					      : is_queue(m, 0);
	if (strcmp(how, "all") == 0)
		return m->numbering == ALL_QUEUES || m->numbering == ALL_IF_ALONE;
	if (strcmp(how, "plain") == 0)
		return m->numbering == ALL_IF_ALONE;
	if (strcmp(how, "same") == 0)
		return m->numbering == NUMBER_BY_ORDER;
	if (strcmp(how, "cut") == 0)
		return m->is_cut;
	if (strcmp(how, "one") == 0)
		return m->numbering == NUMBER_IS_ONE;
	if (strcmp(how, "0") == 0 || strcmp(how, "vendor") == 0)
		return is_queue(m, 0);
	return false;
}

static bool has_role(const struct sample *s, const struct name_meaning *m)
{
	static const struct {
		const char *word;
		enum irqkit_role role;
	} words[] = {
		{ "config", IRQKIT_ROLE_CONFIG },
		{ "admin", IRQKIT_ROLE_ADMIN },
		{ "link", IRQKIT_ROLE_LINK },
		{ "error", IRQKIT_ROLE_ERROR },
		{ "io", IRQKIT_ROLE_QUEUE },
		{ "work", IRQKIT_ROLE_OTHER },
	};

	if (m->serves != SERVES_NONE)
		return false;
	/* of no queue, and no load worth a name */
	if (strcmp(s->MEANING, "misc") == 0)
		return m->role == IRQKIT_ROLE_LINK || m->role == IRQKIT_ROLE_ADMIN ||
			m->role == IRQKIT_ROLE_ERROR;
	/* of a disk, work is data */
	if (strcmp(s->MEANING, "work") == 0 && m->role == IRQKIT_ROLE_QUEUE)
		return true;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcmp(s->MEANING, words[i].word) == 0)
			return m->role == words[i].role;
	return false;
}

static bool is_right(const struct sample *s, const struct name_meaning *m, bool is_own)
{
	const char *colon = strchr(s->MEANING, ':');
	bool is_plain = strcmp(s->MEANING, "plain") == 0;

	if (strcmp(s->MEANING, "none") == 0)
		return !is_own;
	if (!is_own)
		return false;
	/* the plain name of a vector that does not serve queues at all */
	if (is_plain && strcmp(s->SUBJECT, "error") == 0)
		return m->role == IRQKIT_ROLE_ERROR && m->serves == SERVES_NONE;
	if (!colon && !is_plain)
		return has_role(s, m);
	return m->role == IRQKIT_ROLE_QUEUE && m->serves == serves_of(s->MEANING) &&
		is_numbered_so(s, m, is_plain ? "plain" : colon + 1);
}

static bool is_exception(const char *driver, const char *name)
{
	for (size_t i = 0; i < LENGTH(exceptions); i++)
		if (strcmp(exceptions[i].driver, driver) == 0 &&
			strcmp(exceptions[i].name, name) == 0)
			return true;
	return false;
}

/* Calls @visit for each driver of each sample. */
static void each_sample(void (*visit)(const struct sample *s, const char *driver,
				const struct name_meaning *m, bool is_own, void *data),
	void *data)
{
	for (size_t i = 1; i < n_samples; i++) {
		const struct sample *s = &samples[i];
		char *drivers = strdup(s->DRIVERS), *rest = drivers;

		for (char *driver; (driver = strsep(&rest, ","));) {
			struct name_keys keys = keys_of(s, driver);
			struct name_meaning m = { 0 };
			bool is_own;

			if (strcmp(s->NAME, "-") == 0)
				continue;
			is_own = name_parse(&keys, s->NAME, &m);
			visit(s, driver, &m, is_own, data);
		}
		free(drivers);
	}
}

static void count_wrong(const struct sample *s, const char *driver,
	const struct name_meaning *m, bool is_own, void *data)
{
	size_t *n_wrong = data;

	if (is_right(s, m, is_own) || is_exception(driver, s->NAME))
		return;
	if (is_own)
		print_message("%s of %s: %s, not role %d serves %u numbering %d number "
			      "%u by \"%s\" of %s\n",
			s->NAME, driver, s->MEANING, (int)m->role, m->serves,
			(int)m->numbering, m->number, name_row_get(m->row)->pattern,
			name_row_get(m->row)->drivers);
	else
		print_message("%s of %s: %s, and no row says so\n", s->NAME, driver,
			s->MEANING);
	++*n_wrong;
}

static void every_sample(void **state)
{
	size_t n_wrong = 0;

	(void)state;
	assert_true(n_samples > 258);
	each_sample(count_wrong, &n_wrong);
	assert_int_equal(n_wrong, 0);
}

/* An exception that has become right is none. */
static void count_exception(const struct sample *s, const char *driver,
	const struct name_meaning *m, bool is_own, void *data)
{
	size_t *n = data;

	*n += is_exception(driver, s->NAME) && !is_right(s, m, is_own);
}

static void every_exception(void **state)
{
	size_t n = 0;

	(void)state;
	assert_true(LENGTH(exceptions) <= 10);
	each_sample(count_exception, &n);
	assert_int_equal(n, LENGTH(exceptions));
}

/* ------------------------------------------------------------------------------- */
/* The rows                                                                        */

static size_t count_rows(void)
{
	size_t n = 0;

	while (name_row_get(n))
		n++;
	return n;
}

static void mark_row(const struct sample *s, const char *driver,
	const struct name_meaning *m, bool is_own, void *data)
{
	bool *is_hit = data;

	(void)s;
	(void)driver;
	if (is_own)
		is_hit[m->row] = true;
}

static void every_row_has_a_sample(void **state)
{
	bool *is_hit = calloc(count_rows(), sizeof(*is_hit));
	size_t n = 0;

	(void)state;
	assert_non_null(is_hit);
	each_sample(mark_row, is_hit);
	for (size_t i = 0; name_row_get(i); i++) {
		if (is_hit[i])
			continue;
		print_message("no sample of \"%s\" of %s\n", name_row_get(i)->pattern,
			name_row_get(i)->drivers);
		n++;
	}
	free(is_hit);
	assert_int_equal(n, 0);
}

static void every_row_has_a_source(void **state)
{
	(void)state;
	for (size_t i = 0; name_row_get(i); i++) {
		const char *source = name_row_get(i)->source;

		if (!strstr(source, ".c") && !strstr(source, ".h") &&
			!strstr(source, "no source"))
			fail_msg("\"%s\": '%s' is no file of the kernel",
				name_row_get(i)->pattern, source);
	}
}

static const char *part_of(const struct name_keys *keys, char letter)
{
	switch (letter) {
	case 'n':
		return keys->netdev;
	case 'v':
		return keys->virtio;
	case 'x':
		return keys->vif;
	case 'p':
		return keys->pci;
	case 'b':
		return keys->bus;
	case 'd':
		return "7";
	case '*':
		return "zz";
	default:
		return "%";
	}
}

/* A name that the pattern means. */
static void make_name(
	const struct name_keys *keys, const char *pattern, char *out, size_t room)
{
	size_t len = 0;

	for (; *pattern; pattern++) {
		int most = 1;
		const char *part = pattern;

		if (*pattern == '%') {
			most = INT32_MAX;
			if (pattern[1] == '.')
				most = (int)strtoul(pattern + 2, (char **)&pattern, 10);
			else
				pattern++;
			part = part_of(keys, *pattern);
		}
		len += (size_t)snprintf(out + len, room - len, "%.*s", most, part);
	}
}

/* Of every driver that has it, a name of the row is not taken by one above. */
static void no_row_is_shadowed(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; name_row_get(i); i++) {
		bool is_for_all = name_row_get(i)->drivers[0] == '*';
		char *drivers = strdup(
			is_for_all ? "out_of_tree" : name_row_get(i)->drivers);
		char *rest = drivers, name[128];

		for (char *driver; (driver = strsep(&rest, ","));) {
			struct name_keys keys = {
				.driver = driver,
				.netdev = strstr(name_row_get(i)->pattern, "%.")
					? "enp130s0f0np123"
					: "eth0",
				.virtio = "virtio1",
				.vif = "vif1.0",
				.pci = "0000:03:00.0",
				.bus = "1e100000.ethernet",
			};
			struct name_meaning m = { 0 };

			make_name(&keys, name_row_get(i)->pattern, name, sizeof(name));
			if (name_parse(&keys, name, &m) && m.row == i)
				continue;
			print_message("%s of %s is taken by \"%s\"\n", name, driver,
				name_row_get(m.row)->pattern);
			n++;
		}
		free(drivers);
	}
	assert_int_equal(n, 0);
}

/* The drivers whose vectors the kernel places, and those next to them that it doesn't. */
static void managed_names(void **state)
{
	static const struct {
		const char *name;
		bool is_managed;
	} names[] = {
		{ "nvme0q3", true },
		{ "nvme0q0", false },
		{ "nvme12q10", true },
		{ "virtio1-req.3", true },
		{ "virtio1-request", true },
		{ "virtio1-input.0", false },
		{ "virtio1-config", false },
		{ "hpsa0-msix3", true },
		{ "hpsa0-intx", false },
		{ "megasas0-msix3", true },
		{ "megasas0", false },
		{ "mpt3sas0-msix3", true },
		{ "mpt2sas1-msix30", true },
		{ "mpt3sas0", false },
		{ "qla2xxx1_qpair2", true },
		{ "qla2xxx1_rsp_q", false },
		{ "qla2xxx1_default", false },
		{ "lpfc:3", true },
		{ "lpfc:sp", false },
		{ "lpfc:fp", false },
		{ "smartpqi", true },
		{ "aacraid", false },
		{ "beiscsi_00_03", true },
		{ "beiscsi_mcc_00", false },
		{ "csio-03:00:0-scsi3", true },
		{ "csio-03:00:0-fwevt", false },
		{ "hisi_sas_v3_hw cq", true },
		{ "mpi3mr0-msix3", true },
		{ "mpi3mr0-msix0", false },
		{ "eth0-TxRx-3", false },
		{ "eth0", false },
		{ "vif1.0-q0-rx", false },
		{ "my-request", false },
		{ "", false },
		{ "virtio", false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		if (name_may_be_managed(names[i].name) != names[i].is_managed)
			fail_msg(
				"%s: managed is %d", names[i].name, !names[i].is_managed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample),
		cmocka_unit_test(every_exception),
		cmocka_unit_test(every_row_has_a_sample),
		cmocka_unit_test(every_row_has_a_source),
		cmocka_unit_test(no_row_is_shadowed),
		cmocka_unit_test(managed_names),
	};

	return cmocka_run_group_tests_name("drivers", tests, read_samples, free_samples);
}
