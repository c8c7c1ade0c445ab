/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What else places interrupts: irqbalance, and files that something runs or reads at boot.
 *
 *	/etc/rc.local                    echo 2 >/proc/irq/24/smp_affinity
 *	/etc/udev/rules.d/90-net.rules   ..., ATTR{...}, RUN+="/bin/sh -c '... smp_affinity'"
 *	/etc/systemd/network/10-a.link   IRQAffinityPolicy=spread
 *	/etc/tuned/active_profile        realtime: its tuned.conf has isolated_cores
 *	/etc/crio/crio.conf              irqbalance_config_file = "/etc/sysconfig/irqbalance"
 */
#include "doctor/facts_tools.h"
#include "base/array.h"
#include "base/macros.h"
#include "devices/threads.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* irqbalance                                                                      */

unsigned int facts_find_irqbalance(struct facts *facts)
{
	unsigned int pid = 0;

	devices_find_irqbalance(facts->devices, &pid);
	return pid;
}

/* The value in "NAME=VALUE\0...", or NULL. */
static char *find_in_environment(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name);

	for (const char *word = text; word < text + len; word += strlen(word) + 1)
		if (strncmp(word, name, n) == 0 && word[n] == '=')
			return strdup(word + n + 1);
	return NULL;
}

/* The value in a file of lines: #NAME=..., NAME="VALUE", export NAME=VALUE. */
static char *find_in_file(const char *text, const char *name)
{
	static const char export[] = "export ";
	char *value = NULL;
	size_t n = strlen(name);

	while (text && *text) {
		const char *line = text + strspn(text, " \t");
		size_t len = strcspn(line, "\n");

		text = line + len + (line[len] == '\n');
		if (strncmp(line, export, strlen(export)) == 0)
			line += strlen(export);
		if (strncmp(line, name, n) != 0 || line[n] != '=')
			continue;
		line += n + 1;
		line += line[0] == '"' || line[0] == '\'';
		free(value);
		value = strndup(line, strcspn(line, "\"'\n#"));
	}
	return value;
}

static char *drop_empty(char *value)
{
	if (value && !value[strspn(value, " \t")])
		free(TAKE(value));
	return value;
}

char *facts_find_irqbalance_variable(struct facts *facts, const char *name)
{
	static const char *const files[] = { "etc/default/irqbalance",
		"etc/sysconfig/irqbalance" };
	_cleanup_free_ char *text = NULL;
	unsigned int pid = facts_find_irqbalance(facts);
	char *value = NULL;
	size_t len;

	if (pid && knob_readf(facts->ctx, &text, &len, "proc/%u/environ", pid) == 0)
		return drop_empty(find_in_environment(text, len, name));
	for (size_t i = 0; i < LENGTH(files) && !value; i++)
		value = drop_empty(
			find_in_file(facts_read(facts, NULL, "%s", files[i]), name));
	return value;
}

/* The program prints "irqbalance version 1.9.2", and so holds that text. */
char *facts_find_irqbalance_version(struct facts *facts)
{
	static const char words[] = "irqbalance version ";
	_cleanup_free_ char *text = NULL;
	const char *at;
	size_t len;

	if (knob_read(facts->ctx, "usr/sbin/irqbalance", &text, &len) < 0)
		return NULL;
	at = memmem(text, len, words, strlen(words));
	if (!at)
		return NULL;
	at += strlen(words);
	return strndup(at, strspn(at, "0123456789."));
}

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

void facts_free_writers(struct facts *facts)
{
	struct writers *writers = facts->writers;

	for (size_t i = 0; writers && i < writers->n; i++) {
		free(writers->items[i].file);
		free(writers->items[i].line);
	}
	if (writers)
		free(writers->items);
	free(writers);
}

static int add_writer(struct writers *writers, enum writer_kind kind, const char *file,
	const char *line, size_t len, unsigned int number)
{
	struct writer writer = { .kind = kind, .number = number };

	if (!GROW(writers->items, writers->n, writers->room))
		return -ENOMEM;
	writer.line = strndup(line, len);
	if (!writer.line || asprintf(&writer.file, "/%s", file) < 0) {
		free(writer.line);
		return -ENOMEM;
	}
	writers->items[writers->n++] = writer;
	return 0;
}

/* Does the line have the word, and is it no comment? */
static bool has_word(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);
	const char *at = memmem(line, len, word, n);

	return at && line[0] != '#' && line[0] != ';';
}

/* Adds each line of a file that has one of the words. */
static int add_lines(struct facts *facts, struct writers *writers, enum writer_kind kind,
	const char *file, const char *const *words)
{
	const char *text = facts_read(facts, NULL, "%s", file);
	unsigned int number = 0;
	int r = 0;

	while (text && *text && r == 0) {
		const char *line = text + strspn(text, " \t");
		size_t len = strcspn(line, "\n");
		bool has = false;

		number++;
		for (size_t i = 0; words[i]; i++)
			has |= has_word(line, len, words[i]);
		if (has)
			r = add_writer(writers, kind, file, line, len, number);
		text = line + len + (line[len] == '\n');
	}
	return r;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), n = strlen(ending);

	return len >= n && strcmp(name + len - n, ending) == 0;
}

/* The files of a folder whose names end so. */
static int add_folder(struct facts *facts, struct writers *writers, enum writer_kind kind,
	const char *folder, const char *ending, const char *const *words)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;
	int r = knob_list_names(facts->ctx, folder, "", &names, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		char path[PATH_MAX];

		if (has_ending(names[i], ending) &&
			format_path(path, "%s/%s", folder, names[i]) == 0)
			r = add_lines(facts, writers, kind, path, words);
	}
	return r;
}

static int add_scripts(struct facts *facts, struct writers *writers)
{
	static const char *const words[] = { "smp_affinity", NULL };
	static const char *const files[] = { "etc/rc.local", "etc/rc.d/rc.local",
		"etc/crontab" };
	static const struct {
		const char *folder, *ending;
	} folders[] = {
		{ "etc/cron.d", "" },
		{ "etc/udev/rules.d", ".rules" },
		{ "etc/systemd/system", ".service" },
	};
	int r = 0;

	for (size_t i = 0; i < LENGTH(files) && r == 0; i++)
		r = add_lines(facts, writers, WRITER_SCRIPT, files[i], words);
	for (size_t i = 0; i < LENGTH(folders) && r == 0; i++)
		r = add_folder(facts, writers, WRITER_SCRIPT, folders[i].folder,
			folders[i].ending, words);
	return r;
}

/* "realtime", or the profiles "a b" that are merged. */
static int add_tuned(struct facts *facts, struct writers *writers)
{
	static const char *const words[] = { "isolated_cores", "default_irq_smp_affinity",
		"irq_smp_affinity", NULL };
	static const char *const folders[] = { "etc/tuned", "etc/tuned/profiles",
		"usr/lib/tuned", "usr/lib/tuned/profiles" };
	const char *profile = facts_read(facts, NULL, "etc/tuned/active_profile");
	int r = 0;

	while (profile && *profile && r == 0) {
		size_t len = strcspn(profile, " \n");
		size_t before = writers->n;

		for (size_t i = 0; i < LENGTH(folders) && r == 0 && writers->n == before;
			i++) {
			char path[PATH_MAX];

			if (format_path(path, "%s/%.*s/tuned.conf", folders[i], (int)len,
				    profile) == 0)
				r = add_lines(facts, writers, WRITER_TUNED, path, words);
		}
		profile += len;
		profile += strspn(profile, " \n");
	}
	return r;
}

static int add_policy_files(struct facts *facts, struct writers *writers)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;
	int r = knob_list_names(facts->ctx, "etc/irqkit.d", "", &names, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		char path[PATH_MAX];

		if (has_ending(names[i], ".conf") &&
			format_path(path, "etc/irqkit.d/%s", names[i]) == 0)
			r = add_writer(writers, WRITER_POLICY, path, "", 0, 0);
	}
	return r;
}

static int list_writers(struct facts *facts, struct writers *writers)
{
	static const char *const link[] = { "IRQAffinity", NULL };
	static const char *const crio[] = { "irqbalance_config_file", NULL };
	int r = add_scripts(facts, writers);

	if (r == 0)
		r = add_folder(facts, writers, WRITER_LINK, "etc/systemd/network",
			".link", link);
	if (r == 0)
		r = add_tuned(facts, writers);
	if (r == 0)
		r = add_lines(facts, writers, WRITER_CRIO, "etc/crio/crio.conf", crio);
	if (r == 0)
		r = add_folder(facts, writers, WRITER_CRIO, "etc/crio/crio.conf.d",
			".conf", crio);
	if (r == 0)
		r = add_policy_files(facts, writers);
	return r;
}

int facts_list_writers(struct facts *facts, const struct writers **ret_writers)
{
	int r = 0;

	if (!facts->writers) {
		facts->writers = calloc(1, sizeof(*facts->writers));
		r = facts->writers ? list_writers(facts, facts->writers) : -ENOMEM;
	}
	*ret_writers = facts->writers;
	return r;
}

const char *writer_describe(enum writer_kind kind)
{
	static const char *const names[] = {
		[WRITER_SCRIPT] = "a script",
		[WRITER_LINK] = "a .link file of systemd",
		[WRITER_TUNED] = "tuned",
		[WRITER_CRIO] = "CRI-O",
		[WRITER_POLICY] = "a policy file of irqkit",
	};

	return names[kind];
}

bool writer_has_number(const struct writer *writer, unsigned int *ret_irq)
{
	static const char folder[] = "/proc/irq/";
	const char *at = writer->line;

	while ((at = strstr(at, folder))) {
		at += strlen(folder);
		if (isdigit((unsigned char)*at) && at[strspn(at, "0123456789")] == '/') {
			*ret_irq = (unsigned int)strtoul(at, NULL, 10);
			return true;
		}
	}
	return false;
}
