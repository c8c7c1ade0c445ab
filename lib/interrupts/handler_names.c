/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the name of a handler to what it serves, by the table in handler_names_table.c.
 *
 *	eth0-TxRx-3                    ixgbe     %n-TxRx-%d
 *	virtio2-input.0                virtio    %v-input.%d
 *	vif1.0-q2-tx                   Xen       %x-q%d-tx
 *	mlx5_comp5@pci:0000:08:00.0    mlx5      mlx5_comp%d@pci:%p
 *
 * A pattern means the whole name. In it %n is the network device's name, %.11n that cut
 * to 11 characters, %v the virtio device's name, %x the name that Xen's drivers give it,
 * %p the PCI address, %b what the device is called on its bus, %d a number, %* anything
 * and %% the sign; all else stands for itself, in either case of letters. What a device
 * is called is known, so nothing is split at dashes that a name may hold itself.
 *
 * A driver may keep too few bytes for a name. One that fills them all may be cut: it is
 * matched as far as it goes, letters in their own case.
 */
#include "base/macros.h"
#include "base/number.h"
#include "interrupts/handler_names_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */

struct match {
	const struct name_keys *keys;
	bool may_be_cut;
	bool is_cut; /* the name ended before the pattern's last number was whole */
	uint32_t number; /* the last one in the name */
	const char *netdev; /* with is_anything: where a network device's name stands */
	size_t netdev_len;
};

static bool match(struct match *m, const char *pattern, const char *text);

/* The name ends before the pattern: the lost part may be a number. */
static bool match_cut(struct match *m, const char *pattern)
{
	if (!m->may_be_cut)
		return false;
	m->is_cut = m->is_cut || strstr(pattern, "%d");
	return true;
}

static bool match_key_part(struct match *m, const char *pattern, const char *text,
	const char *key, size_t len)
{
	size_t rest = strlen(text);

	if (m->may_be_cut && rest < len && strncmp(text, key, rest) == 0)
		return match_cut(m, pattern);
	return strncmp(text, key, len) == 0 && match(m, pattern, text + len);
}

static bool match_anything(struct match *m, const char *pattern, const char *text)
{
	for (size_t len = strlen(text); len > 0; len--)
		if (match(m, pattern, text + len))
			return true;
	return false;
}

static bool match_key(
	struct match *m, const char *pattern, const char *text, const char *key)
{
	if (m->keys->is_anything)
		return match_anything(m, pattern, text);
	return key && match_key_part(m, pattern, text, key, strlen(key));
}

/* Some name of a network device, which is noted. */
static bool match_some_netdev(struct match *m, const char *pattern, const char *text)
{
	for (size_t len = strlen(text); len > 0; len--) {
		if (!match(m, pattern, text + len))
			continue;
		m->netdev = text;
		m->netdev_len = len;
		return true;
	}
	return false;
}

static bool match_netdev(struct match *m, const char *pattern, const char *text)
{
	if (m->keys->is_anything)
		return match_some_netdev(m, pattern, text);
	/* any name, but only with what the driver adds to it: a bare name could be any device's */
	if (m->keys->is_any_netdev)
		return *pattern && match_anything(m, pattern, text);
	return match_key(m, pattern, text, m->keys->netdev);
}

/* %.11n: a longer name, of which the driver takes 11 characters. */
static bool match_netdev_part(struct match *m, const char *pattern, const char *text)
{
	const char *netdev = m->keys->netdev;
	size_t len = strtoul(pattern, (char **)&pattern, 10);

	return netdev && strlen(netdev) > len &&
		match_key_part(m, pattern + 1, text, netdev, len);
}

static bool match_number(struct match *m, const char *pattern, const char *text)
{
	size_t len = strspn(text, "0123456789");
	uint32_t number;

	if (len == 0 && !*text)
		return match_cut(m, "%d");
	if (len == 0 || parse_u32(text, len, &number) < 0 || number == NO_NUMBER)
		return false;
	if (!match(m, pattern, text + len))
		return false;
	/* more digits may have been there */
	m->is_cut = m->is_cut || (m->may_be_cut && !text[len]);
	/* the rest is matched first, so the last number of all stays */
	if (m->number == NO_NUMBER)
		m->number = number;
	return true;
}

static bool is_same_letter(const struct match *m, char a, char b)
{
	return a == b ||
		(!m->may_be_cut &&
			tolower((unsigned char)a) == tolower((unsigned char)b));
}

static bool match(struct match *m, const char *pattern, const char *text)
{
	for (; *pattern && *pattern != '%'; pattern++, text++) {
		if (!*text)
			return match_cut(m, pattern);
		if (!is_same_letter(m, *pattern, *text))
			return false;
	}
	if (!*pattern)
		return !*text;

	switch (pattern[1]) {
	case 'n':
		return match_netdev(m, pattern + 2, text);
	case '.':
		return match_netdev_part(m, pattern + 2, text);
	case 'v':
		if (m->keys->is_anything && strncmp(text, "virtio", 6) != 0)
			return false;
		return match_key(m, pattern + 2, text, m->keys->virtio);
	case 'x':
		return match_key(m, pattern + 2, text, m->keys->vif);
	case 'b':
		return match_key(m, pattern + 2, text, m->keys->bus);
	case 'p':
		return match_key(m, pattern + 2, text, m->keys->pci);
	case 'd':
		return match_number(m, pattern + 2, text);
	case '%':
		return *text == '%' && match(m, pattern + 2, text + 1);
	default:
		return match_anything(m, pattern + 2, text);
	}
}

static bool match_row(struct match *m, const struct name_row *row,
	const struct name_keys *keys, const char *name)
{
	*m = (struct match){ .keys = keys, .number = NO_NUMBER };
	m->may_be_cut = row->room && strlen(name) == row->room - 1;
	return match(m, row->pattern, name);
}

/* ------------------------------------------------------------------------------- */

static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	/* nearly all lists are one word, which begins with another letter */
	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (*list == *word && strncmp(list, word, len) == 0 &&
			(list[len] == ',' || !list[len]))
			return true;
	}
	return false;
}

/* If the driver is not known, only rows that no other driver's names can match count. */
static bool tells_driver(const struct name_row *row, const struct name_keys *keys)
{
	/* any interface of any driver: too much would match */
	if (keys->is_any_netdev && strstr(row->pattern, "%n"))
		return false;
	return row->tells_driver || row->pattern[0] != '%' || row->pattern[1] == 'v';
}

static bool is_of_any(const struct name_row *row)
{
	return row->drivers[0] == '*';
}

int name_row_round(const struct name_row *row, const struct name_keys *keys)
{
	if (is_of_any(row))
		return 1;
	if (keys->driver)
		return is_listed(row->drivers, keys->driver) ? 0 : -1;
	return tells_driver(row, keys) ? 0 : -1;
}

struct name_rows {
	size_t n;
	const struct name_row *row[]; /* in the order in which they are tried */
};

struct name_rows *name_rows_new(const struct name_keys *keys)
{
	const struct name_row *row;
	struct name_rows *rows = malloc(
		sizeof(*rows) + name_row_count() * sizeof(rows->row[0]));

	if (!rows)
		return NULL;
	rows->n = 0;
	for (size_t i = 0; (row = name_row_get(i)); i++)
		if (!is_of_any(row) && name_row_round(row, keys) == 0)
			rows->row[rows->n++] = row;
	for (size_t i = 0; (row = name_row_get(i)); i++)
		if (is_of_any(row))
			rows->row[rows->n++] = row;
	return rows;
}

static bool parse_by_row(const struct name_row *row, const struct name_keys *keys,
	const char *name, struct name_meaning *ret_meaning)
{
	struct match m;

	if (!match_row(&m, row, keys, name))
		return false;
	*ret_meaning = (struct name_meaning){
		.role = row->role,
		.serves = row->serves,
		.numbering = row->numbering,
		.number = m.number,
		.order = row->order,
		.is_cut = m.is_cut,
		.is_common = row->drivers[0] == '*',
		.is_shared = row->is_shared,
		.row = (size_t)(row - name_row_get(0)),
	};
	return true;
}

bool name_parse(
	const struct name_keys *keys, const char *name, struct name_meaning *ret_meaning)
{
	const struct name_row *row;

	for (size_t i = 0; keys->rows && i < keys->rows->n; i++)
		if (parse_by_row(keys->rows->row[i], keys, name, ret_meaning))
			return true;
	for (int round = 0; !keys->rows && round < 2; round++)
		for (size_t i = 0; (row = name_row_get(i)); i++)
			if (name_row_round(row, keys) == round &&
				parse_by_row(row, keys, name, ret_meaning))
				return true;
	return false;
}

/*
 * Without a device: only a name that begins with a word of the driver, or with virtio1.
 */
static bool names_itself(const struct name_row *row)
{
	return row->drivers[0] != '*' &&
		(row->pattern[0] != '%' || row->pattern[1] == 'v');
}

struct name_index {
	size_t n;
	const struct name_row **rows; /* those that name themselves, in their order */
	char *letters; /* how the names of each begin, in lower case */
};

struct name_index *name_index_new(void)
{
	const struct name_row *row;
	size_t n = name_row_count();
	struct name_index *index = malloc(
		sizeof(*index) + n * (sizeof(struct name_row *) + sizeof(char)));

	if (!index)
		return NULL;
	index->n = 0;
	index->rows = (const struct name_row **)(void *)(index + 1);
	index->letters = (char *)(index->rows + n);
	for (size_t i = 0; (row = name_row_get(i)); i++) {
		if (!names_itself(row))
			continue;
		index->rows[index->n] = row;
		/* %v is virtio1 */
		index->letters[index->n++] = row->pattern[0] == '%'
			? 'v'
			: (char)tolower((unsigned char)row->pattern[0]);
	}
	return index;
}

bool name_may_be_managed(const struct name_index *index, const char *name)
{
	static const struct name_keys keys = { .is_anything = true };
	char letter = (char)tolower((unsigned char)name[0]);
	const char *at = index->letters, *end = at + index->n;

	/* the first row that matches decides: nvme0q0 is not nvme0q1 */
	for (; (at = memchr(at, letter, (size_t)(end - at))); at++) {
		const struct name_row *row = index->rows[at - index->letters];
		struct match m;

		if (match_row(&m, row, &keys, name))
			return row->is_managed;
	}
	return false;
}

bool name_find_netdev(const char *name, const char **ret_netdev, size_t *ret_len)
{
	static const struct name_keys keys = { .is_anything = true };
	const struct name_row *row;

	/* the first row that matches decides: i40e-eth0-TxRx-0 is of eth0 */
	for (size_t i = 0; (row = name_row_get(i)); i++) {
		struct match m;

		if (name_row_round(row, &keys) < 0 || !match_row(&m, row, &keys, name))
			continue;
		/* only a name, or a name without a queue number, could be anything */
		if (!m.netdev || m.number == NO_NUMBER || row->serves == SERVES_NONE)
			return false;
		*ret_netdev = m.netdev;
		*ret_len = m.netdev_len;
		return true;
	}
	return false;
}

bool name_begins_with_word(const char *name, const char *word)
{
	size_t len = strlen(word);

	return strncmp(name, word, len) == 0 && !isalnum((unsigned char)name[len]);
}
