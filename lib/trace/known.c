/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last known value of each setting. */
#include "trace/known.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <string.h>

void value_clear(struct value *value)
{
	free(value->text);
	irqkit_cpuset_free(value->cpus);
	*value = (struct value){ 0 };
}

int value_parse(const struct setting *setting, bool is_list, const char *text, size_t len,
	struct value *ret_value)
{
	struct value value = { 0 };
	int r = 0;

	while (len && text[len - 1] == '\n')
		len--;
	if (is_list)
		r = irqkit_cpuset_parse_list(text, len, &value.cpus, NULL);
	else if (setting_holds_cpus(setting->kind))
		r = irqkit_cpuset_parse_mask(text, len, &value.cpus, NULL);
	if (r != -ENOMEM && value.cpus && is_list)
		r = irqkit_cpuset_format_mask(value.cpus, &value.text);
	else if (r != -ENOMEM)
		value.text = strndup(text, len);
	if (!value.text) {
		value_clear(&value);
		return -ENOMEM;
	}
	*ret_value = value;
	return 0;
}

int value_copy(const struct value *value, struct value *ret_value)
{
	struct value copy = { 0 };
	int r = 0;

	if (value->text) {
		copy.text = strdup(value->text);
		r = copy.text ? 0 : -ENOMEM;
	}
	if (r == 0 && value->cpus)
		r = irqkit_cpuset_copy(value->cpus, &copy.cpus);
	if (r < 0) {
		value_clear(&copy);
		return r;
	}
	*ret_value = copy;
	return 0;
}

bool value_is_equal(const struct value *a, const struct value *b)
{
	if (a->cpus && b->cpus)
		return irqkit_cpuset_is_equal(a->cpus, b->cpus);
	return a->text && b->text && strcmp(a->text, b->text) == 0;
}

/* ------------------------------------------------------------------------------- */
/* The table                                                                       */

static int compare_row(const void *member, const void *key)
{
	return setting_compare(&((const struct known_row *)member)->setting, key);
}

static size_t find_place(const struct known *known, const struct setting *setting)
{
	return array_lower_bound(
		known->rows, known->n, sizeof(*known->rows), setting, compare_row);
}

struct known_row *known_find(const struct known *known, const struct setting *setting)
{
	size_t at = find_place(known, setting);

	if (at < known->n && setting_compare(&known->rows[at].setting, setting) == 0)
		return &known->rows[at];
	return NULL;
}

int known_put(struct known *known, const struct setting *setting, struct value *value)
{
	struct known_row *row = known_find(known, setting);
	size_t at;

	if (row) {
		value_clear(&row->value);
	} else {
		if (!GROW(known->rows, known->n, known->room)) {
			value_clear(value);
			return -ENOMEM;
		}
		at = find_place(known, setting);
		row = &known->rows[at];
		memmove(row + 1, row, (known->n - at) * sizeof(*row));
		known->n++;
		*row = (struct known_row){ .setting = *setting };
	}
	row->value = *value;
	row->is_seen = true;
	*value = (struct value){ 0 };
	return 0;
}

void known_free(struct known *known)
{
	for (size_t i = 0; i < known->n; i++)
		value_clear(&known->rows[i].value);
	free(known->rows);
	*known = (struct known){ 0 };
}

/* ------------------------------------------------------------------------------- */
/* All settings of the system                                                      */

struct scan {
	struct known *known;
	struct irqkit_ctx *ctx;
	known_differs_fn *differs;
	void *data;
};

static int take_value(
	const struct scan *scan, const struct setting *setting, struct value *value)
{
	struct known_row *row = known_find(scan->known, setting);

	if (row)
		row->is_seen = true;
	if (row && value_is_equal(&row->value, value)) {
		value_clear(value);
		return 0;
	}
	if (scan->differs)
		return scan->differs(scan->data, setting, value, !row);
	return known_put(scan->known, setting, value);
}

/* Files that do not exist, or cannot be read, are not settings of this system. */
static int read_setting(const struct scan *scan, const struct setting *setting)
{
	_cleanup_free_ char *text = NULL;
	struct value value = { 0 };
	char path[PATH_MAX];
	size_t len;
	int r;

	setting_format_path(setting, path);
	r = knob_read_line(scan->ctx, path + 1, &text, &len);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = value_parse(setting, false, text, len, &value);
	return r < 0 ? r : take_value(scan, setting, &value);
}

static int read_interrupts(const struct scan *scan)
{
	_cleanup_free_ unsigned int *numbers = NULL;
	size_t n = 0;
	int r = knob_list_numbers(scan->ctx, "proc/irq", &numbers, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_setting(scan,
			&(struct setting){
				.kind = SETTING_AFFINITY,
				.number = numbers[i],
			});
	return r == -ENOMEM ? r : 0;
}

static int read_queue(const struct scan *scan, const char *device, const char *queue)
{
	static const enum setting_kind kinds[][2] = {
		{ SETTING_RPS_CPUS, SETTING_RPS_FLOW_CNT },
		{ SETTING_XPS_CPUS, SETTING_XPS_RXQS },
	};
	bool is_tx = queue[0] == 't';
	struct setting setting = { 0 };
	int r = 0;

	if (strlen(device) > SETTING_DEVICE_MAX || strlen(queue) < 4 ||
		parse_u32(queue + 3, strlen(queue) - 3, &setting.number) < 0)
		return 0;
	strcpy(setting.device, device);
	for (size_t i = 0; r == 0 && i < 2; i++) {
		setting.kind = kinds[is_tx][i];
		r = read_setting(scan, &setting);
	}
	return r;
}

static int read_queues(const struct scan *scan)
{
	static const char *const prefixes[] = { "rx-", "tx-" };
	_cleanup_free_ char **devices = NULL;
	size_t n = 0;
	int r = knob_list_names(scan->ctx, "sys/class/net", "", &devices, &n);

	for (size_t i = 0; r == 0 && i < n * LENGTH(prefixes); i++) {
		const char *device = devices[i / LENGTH(prefixes)];
		_cleanup_free_ char **queues = NULL;
		size_t n_queues = 0;

		r = knob_listf_names(scan->ctx, prefixes[i % LENGTH(prefixes)], &queues,
			&n_queues, "sys/class/net/%s/queues", device);
		if (r < 0 && r != -ENOMEM)
			r = 0; /* it is gone, or is not an interface: bonding_masters */
		for (size_t k = 0; r == 0 && k < n_queues; k++)
			r = read_queue(scan, device, queues[k]);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_cpus(const struct scan *scan)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;
	int r = knob_list_names(scan->ctx, "sys/devices/system/cpu", "cpu", &names, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct setting setting = { .kind = SETTING_CPU_ONLINE };

		if (parse_u32(names[i] + 3, strlen(names[i]) - 3, &setting.number) == 0)
			r = read_setting(scan, &setting);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_system(const struct scan *scan)
{
	static const enum setting_kind kinds[] = {
		SETTING_DEFAULT_AFFINITY,
		SETTING_SOCK_FLOW_ENTRIES,
		SETTING_RPS_DEFAULT_MASK,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < LENGTH(kinds); i++)
		r = read_setting(scan, &(struct setting){ .kind = kinds[i] });
	return r;
}

static void forget_unseen(struct known *known)
{
	size_t n = 0;

	for (size_t i = 0; i < known->n; i++) {
		if (known->rows[i].is_seen)
			known->rows[n++] = known->rows[i];
		else
			value_clear(&known->rows[i].value);
	}
	known->n = n;
}

int known_scan(struct known *known, struct irqkit_ctx *ctx, known_differs_fn *differs,
	void *data)
{
	const struct scan scan = { known, ctx, differs, data };
	int r;

	for (size_t i = 0; i < known->n; i++)
		known->rows[i].is_seen = false;
	r = read_interrupts(&scan);
	if (r == 0)
		r = read_queues(&scan);
	if (r == 0)
		r = read_cpus(&scan);
	if (r == 0)
		r = read_system(&scan);
	if (r == 0)
		forget_unseen(known);
	return r;
}
