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
#include "samples.h"

#include <ctype.h>

#include "base/macros.h"
#include "base/number.h"

/* What the sources do not tell, or tell otherwise than in the column. */
static const struct {
	const char *driver, *name, *why;
} exceptions[] = {
	{ "mlx5_core.sf", "mlx5_sf_comp70@pci:0000:03:00.0",
		"the number is that of a vector of the parent, which serves several" },
};

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

/* The part of @text that is a name of the device: its digits are not those of a queue. */
static size_t skip_key(const struct sample *s, const char *text)
{
	struct name_keys keys = keys_of(s, "-");
	const char *const names[] = { keys.netdev, keys.virtio, keys.vif, keys.pci,
		keys.bus };

	for (size_t i = 0; i < LENGTH(names); i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			return strlen(names[i]);
	return 0;
}

static bool has_number(const struct sample *s)
{
	for (const char *at = s->NAME; *at;) {
		size_t len = skip_key(s, at);

		if (len == 0 && isdigit((unsigned char)*at))
			return true;
		at += len ? len : 1;
	}
	return false;
}

/* @how: what follows the colon. */
static bool is_numbered_so(
	const struct sample *s, const struct name_meaning *m, const char *how)
{
	uint32_t number = last_number(s->NAME);

	if (strcmp(how, "is") == 0 && strncmp(s->MEANING, "tx0+", 4) == 0)
		return m->numbering == NUMBER_OF_RX && m->number == number;
	if (strcmp(how, "is") == 0 && !has_number(s))
		return is_queue(m, 0);
	if (strcmp(how, "is") == 0)
		return m->number == number && is_queue(m, number);
	if (strcmp(how, "group") == 0)
		return is_queue(m, (uint32_t)(strstr(s->NAME, "_g")[2] - '0'));
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

/* Do two rows say the same of a name? Then it does not matter which is tried first. */
static bool is_same_meaning(const struct name_row *a, const struct name_row *b)
{
	return a->role == b->role && a->serves == b->serves &&
		a->numbering == b->numbering && a->is_managed == b->is_managed;
}

/* Where the driver is not known, the row above takes these names, and may. */
static const struct {
	const char *pattern, *why;
} taken_without_driver[] = {
	{ "%v-input", "the device of another driver than virtio_net has no queues" },
	{ "mlx5_sf_comp%d@pci:%p", "the parent, or the subfunction: unknown to both" },
};

static bool may_be_taken(const char *driver, const char *pattern)
{
	for (size_t i = 0; !driver && i < LENGTH(taken_without_driver); i++)
		if (strcmp(taken_without_driver[i].pattern, pattern) == 0)
			return true;
	return false;
}

/*
 * A name of the row is taken by no other row of its round, unless that means the same. The
 * driver's own rows may take the names of the rows for any driver: that is what they are for.
 */
static bool is_shadowed(const char *driver, size_t index)
{
	const struct name_row *row = name_row_get(index), *taken;
	struct name_keys keys = {
		.driver = driver,
		.netdev = strstr(row->pattern, "%.") ? "enp130s0f0np123" : "eth0",
		.virtio = "virtio1",
		.vif = "vif1.0",
		.pci = "0000:03:00.0",
		.bus = "1e100000.ethernet",
	};
	struct name_meaning m = { 0 };
	char name[128];

	if (name_row_round(row, &keys) < 0)
		return false;
	make_name(&keys, row->pattern, name, sizeof(name));
	if (!name_parse(&keys, name, &m)) {
		print_message("%s of %s is no name\n", name, driver ? driver : "-");
		return true;
	}
	taken = name_row_get(m.row);
	if (m.row == index || is_same_meaning(taken, row) ||
		may_be_taken(driver, row->pattern) ||
		name_row_round(taken, &keys) < name_row_round(row, &keys))
		return false;
	print_message("%s of %s is taken by \"%s\" of %s\n", name, driver ? driver : "-",
		taken->pattern, taken->drivers);
	return true;
}

static size_t count_shadowed(const char *driver)
{
	size_t n = 0;

	for (size_t i = 0; name_row_get(i); i++)
		n += is_shadowed(driver, i);
	return n;
}

/* @list: "a,b" */
static size_t count_shadowed_of_list(const char *list)
{
	char *drivers = strdup(list), *rest = drivers;
	size_t n = 0;

	assert_non_null(drivers);
	for (char *driver; (driver = strsep(&rest, ","));)
		n += count_shadowed(strcmp(driver, "-") == 0 ? NULL : driver);
	free(drivers);
	return n;
}

/* For every driver of the table and of drivers.tsv, for one of neither, and for none. */
static void no_row_is_shadowed(void **state)
{
	size_t n = count_shadowed(NULL) + count_shadowed("out_of_tree");

	(void)state;
	for (size_t i = 0; name_row_get(i); i++)
		n += count_shadowed_of_list(name_row_get(i)->drivers);
	for (size_t i = 1; i < n_samples; i++)
		n += count_shadowed_of_list(samples[i].DRIVERS);
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

	_cleanup_free_ struct name_index *index = name_index_new();

	(void)state;
	assert_non_null(index);
	for (size_t i = 0; i < LENGTH(names); i++)
		if (name_may_be_managed(index, names[i].name) != names[i].is_managed)
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
