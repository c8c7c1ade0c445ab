/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unpack DIR FILE.root...      each saved machine becomes the folder DIR/NAME (FILE is NAME.root)
 * unpack -t FOLDER FILE.root   the saved machine becomes FOLDER, which must not be there
 *
 * A .root file holds a tree of /proc and /sys as text (test/capture.sh writes one). A line each:
 *
 *   PATH: TEXT            a file that holds TEXT and a newline
 *   PATH:                 a file that holds an empty line
 *   PATH (empty)          a file of 0 bytes
 *   PATH <<               a file that holds the lines that follow, each after a tab
 *   PATH = "TEXT"         a file without a newline at its end, or with bytes to escape
 *   PATH -> TARGET        a symbolic link
 *   PATH/                 a folder; only an empty one needs a line
 *   # ...                 a comment, as is an empty line
 *
 * A file may have a mode, PATH [0444]: TEXT and so on; it is 0644 otherwise. TEXT in quotes has the
 * escapes of C: \n \t \\ \" and \xNN for any other byte. PATH and TARGET may be in quotes as
 * well: "odd: \x01 name": TEXT. The shortest PATH counts after which the rest of the line is as
 * above, so that a name with ": " in it needs quotes.
 *
 * Nothing is guessed: an error names FILE:LINE, and the exit status is 1.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_FILE_MODE 0644
#define DEFAULT_FOLDER_MODE 0755

enum kind { KIND_LINE, KIND_EMPTY, KIND_LINES, KIND_QUOTED, KIND_LINK, KIND_FOLDER };

struct text {
	char *bytes;
	size_t len, room;
};

/* What is being unpacked. */
struct work {
	const char *file;
	struct text source;
	size_t at, line; /* where the next line begins, and the number of this one */
	int root; /* the new folder */
	int folder; /* that of the last path below it, and its name */
	struct text folder_name;
	struct text path, content;
};

/* A line: its path is in work->path, the rest stands in the line itself. */
struct entry {
	enum kind kind;
	int mode; /* -1: none is given */
	const char *value;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static bool refuse(
	struct work *w, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%zu: ", w->file, w->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

static bool refuse_path(struct work *w)
{
	int error = errno;

	if (error == EEXIST)
		return refuse(w, "%s is given twice", w->path.bytes);
	if (error == ENOTDIR || error == ELOOP)
		return refuse(w, "%s lies below a file or a link", w->path.bytes);
	return refuse(w, "cannot make %s: %s", w->path.bytes, strerror(error));
}

static void append(struct text *text, const char *bytes, size_t len)
{
	if (text->len + len + 1 > text->room) {
		text->room = 2 * (text->len + len + 1);
		text->bytes = realloc(text->bytes, text->room);
		if (!text->bytes) {
			perror("unpack");
			exit(1);
		}
	}
	if (len)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static void set_text(struct text *text, const char *bytes, size_t len)
{
	text->len = 0;
	append(text, bytes, len);
}

/* ------------------------------------------------------------------------------- */
/* A line                                                                          */

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \n \t \\ \" \xNN at @p: the byte, and its length in the text; false: it is none of these. */
static bool read_escape(const char *p, size_t len, char *byte, size_t *used)
{
	static const char names[] = "nt\\\"", bytes[] = "\n\t\\\"";
	const char *name;

	if (len < 2)
		return false;
	if (p[1] == 'x') {
		if (len < 4 || digit_value(p[2]) < 0 || digit_value(p[3]) < 0)
			return false;
		*byte = (char)(digit_value(p[2]) * 16 + digit_value(p[3]));
		*used = 4;
		return true;
	}
	name = p[1] ? strchr(names, p[1]) : NULL;
	if (!name)
		return false;
	*byte = bytes[name - names];
	*used = 2;
	return true;
}

static bool unescape(struct work *w, const char *p, size_t len, struct text *text)
{
	set_text(text, "", 0);
	while (len) {
		char byte = *p;
		size_t used = 1;

		if (*p == '"')
			return refuse(w, "a quote inside of quotes needs a backslash");
		if (*p == '\\' && !read_escape(p, len, &byte, &used))
			return refuse(w, "no such escape: %.2s", p);
		append(text, &byte, 1);
		p += used;
		len -= used;
	}
	return true;
}

static bool is_quoted(const char *p, size_t len)
{
	return len >= 2 && p[0] == '"' && p[len - 1] == '"';
}

static bool equals(const char *p, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(p, word, len) == 0;
}

static bool begins(const char *p, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(p, word, strlen(word)) == 0;
}

/* What stands after the path and its mode; false: it is nothing of that kind. */
static bool read_kind(const char *p, size_t len, struct entry *e)
{
	*e = (struct entry){ .mode = -1, .value = "" };
	if (equals(p, len, " <<")) {
		e->kind = KIND_LINES;
	} else if (equals(p, len, " (empty)")) {
		e->kind = KIND_EMPTY;
	} else if (equals(p, len, "/")) {
		e->kind = KIND_FOLDER;
	} else if (equals(p, len, ":")) {
		e->kind = KIND_LINE;
	} else if (begins(p, len, ": ")) {
		*e = (struct entry){ KIND_LINE, -1, p + 2, len - 2 };
	} else if (begins(p, len, " -> ")) {
		*e = (struct entry){ KIND_LINK, -1, p + 4, len - 4 };
	} else if (begins(p, len, " = \"") && is_quoted(p + 3, len - 3)) {
		*e = (struct entry){ KIND_QUOTED, -1, p + 4, len - 5 };
	} else {
		return false;
	}
	return true;
}

/* What stands after the path, " [0444]: TEXT". */
static bool read_rest(const char *p, size_t len, struct entry *e)
{
	int mode = 0;

	if (len > 7 && p[0] == ' ' && p[1] == '[' && p[6] == ']') {
		for (int i = 2; i < 6; i++)
			mode = p[i] >= '0' && p[i] <= '7' && mode >= 0
				? mode * 8 + p[i] - '0'
				: -1;
		if (mode >= 0 && mode <= 0777 && read_kind(p + 7, len - 7, e)) {
			e->mode = mode;
			return true;
		}
	}
	return read_kind(p, len, e);
}

/* The end of a path in quotes, after the second quote; NULL: there is none. */
static const char *skip_quoted(const char *p, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (p[i] == '"')
			return p + i + 1;
		if (p[i] == '\\')
			i++;
	}
	return NULL;
}

static bool check_path(struct work *w)
{
	const char *path = w->path.bytes, *end;

	if (strlen(path) != w->path.len)
		return refuse(w, "a path cannot hold a zero byte");
	if (w->path.len >= PATH_MAX)
		return refuse(w, "this path is too long");
	for (const char *p = path;; p = end + 1) {
		size_t len = strcspn(p, "/");

		end = p + len;
		if (len == 0 || equals(p, len, ".") || equals(p, len, ".."))
			return refuse(w, "not a path below the root: '%s'", path);
		if (!*end)
			return true;
	}
}

/* " [9999]" */
static bool ends_like_mode(const char *path, size_t len)
{
	const char *p = path + len - 7;

	if (len < 8 || p[0] != ' ' || p[1] != '[' || p[6] != ']')
		return false;
	for (int i = 2; i < 6; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	return true;
}

static bool read_entry(struct work *w, const char *line, size_t len, struct entry *e)
{
	const char *end;

	if (line[0] == '"') {
		end = skip_quoted(line, len);
		if (!end || !read_rest(end, len - (size_t)(end - line), e))
			return refuse(w, "cannot read this line: %.*s", (int)len, line);
		if (!unescape(w, line + 1, (size_t)(end - line) - 2, &w->path))
			return false;
		return check_path(w);
	}
	for (size_t i = 1; i < len; i++)
		if (read_rest(line + i, len - i, e)) {
			set_text(&w->path, line, i);
			if (ends_like_mode(line, i))
				return refuse(w, "not a mode: %.6s", line + i - 6);
			return check_path(w);
		}
	return refuse(w, "cannot read this line: %.*s", (int)len, line);
}

/* The next line, without its end; false: there is none, or it cannot be one (*ok is false). */
static bool next_line(struct work *w, const char **line, size_t *len, bool *ok)
{
	const char *begin = w->source.bytes + w->at, *end;
	size_t left = w->source.len - w->at;

	if (!left)
		return false;
	w->line++;
	end = memchr(begin, '\n', left);
	if (!end) {
		*ok = refuse(w, "the last line has no newline at its end");
		return false;
	}
	*line = begin;
	*len = (size_t)(end - begin);
	w->at += *len + 1;
	for (const char *p = begin; p < end; p++)
		if (*p != '\t' && (*p < ' ' || *p > '~')) {
			*ok = refuse(w,
				"byte 0x%02x cannot stand in a line: write \\x%02x "
				"between quotes",
				(unsigned char)*p, (unsigned char)*p);
			return false;
		}
	return true;
}

/* ------------------------------------------------------------------------------- */
/* Files                                                                           */

/* Opens the folder @name, made where it is missing, in @parent, which is closed. */
static int enter(struct work *w, int parent, const char *name)
{
	int fd = -1;

	if (mkdirat(parent, name, DEFAULT_FOLDER_MODE) == 0 || errno == EEXIST)
		fd = openat(
			parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		refuse_path(w);
	close(parent);
	return fd;
}

/* w->folder becomes that of the first @len bytes of the path. */
static bool open_folder(struct work *w, size_t len)
{
	char name[PATH_MAX];
	int fd;

	if (w->folder >= 0 && w->folder_name.len == len &&
		memcmp(w->folder_name.bytes, w->path.bytes, len) == 0)
		return true;
	if (w->folder >= 0)
		close(w->folder);
	w->folder = -1;
	fd = fcntl(w->root, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return refuse_path(w);
	for (size_t at = 0; at < len;) {
		size_t n = strcspn(w->path.bytes + at, "/");

		memcpy(name, w->path.bytes + at, n);
		name[n] = '\0';
		at += n + 1;
		fd = enter(w, fd, name);
		if (fd < 0)
			return false;
	}
	w->folder = fd;
	set_text(&w->folder_name, w->path.bytes, len);
	return true;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool make_file(
	struct work *w, const char *name, int mode, const char *bytes, size_t len)
{
	int fd = openat(w->folder, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, DEFAULT_FILE_MODE);
	bool ok;

	if (fd < 0)
		return refuse_path(w);
	ok = write_all(fd, bytes, len) && (mode < 0 || fchmod(fd, (mode_t)mode) == 0);
	if (!ok)
		refuse_path(w);
	return close(fd) == 0 && ok;
}

static bool make_link(struct work *w, const char *name, const struct entry *e)
{
	if (e->value[0] == '"' && is_quoted(e->value, e->len)) {
		if (!unescape(w, e->value + 1, e->len - 2, &w->content))
			return false;
	} else {
		set_text(&w->content, e->value, e->len);
	}
	if (!w->content.len || strlen(w->content.bytes) != w->content.len)
		return refuse(w, "a link cannot lead there");
	return symlinkat(w->content.bytes, w->folder, name) == 0 || refuse_path(w);
}

/* The lines that follow and begin with a tab become w->content. */
static bool read_lines(struct work *w)
{
	const char *line;
	bool ok = true;
	size_t len;

	set_text(&w->content, "", 0);
	while (w->at < w->source.len && w->source.bytes[w->at] == '\t') {
		if (!next_line(w, &line, &len, &ok))
			return ok;
		append(&w->content, line + 1, len - 1);
		append(&w->content, "\n", 1);
	}
	return w->content.len || refuse(w, "no lines follow that begin with a tab");
}

static bool make_entry(struct work *w, const struct entry *e)
{
	const char *slash = strrchr(w->path.bytes, '/');
	size_t parent = slash ? (size_t)(slash - w->path.bytes) : 0;
	const char *name = slash ? slash + 1 : w->path.bytes;

	if (e->mode >= 0 && (e->kind == KIND_FOLDER || e->kind == KIND_LINK))
		return refuse(w, "only a file has a mode");
	if (!open_folder(w, e->kind == KIND_FOLDER ? w->path.len : parent))
		return false;
	switch (e->kind) {
	case KIND_FOLDER:
		return true;
	case KIND_LINK:
		return make_link(w, name, e);
	case KIND_QUOTED:
		if (!unescape(w, e->value, e->len, &w->content))
			return false;
		break;
	case KIND_LINES:
		if (!read_lines(w))
			return false;
		break;
	case KIND_LINE:
		set_text(&w->content, e->value, e->len);
		append(&w->content, "\n", 1);
		break;
	default:
		set_text(&w->content, "", 0);
	}
	return make_file(w, name, e->mode, w->content.bytes, w->content.len);
}

/* ------------------------------------------------------------------------------- */

static bool make_all(struct work *w)
{
	const char *line;
	bool ok = true;
	size_t len;

	while (next_line(w, &line, &len, &ok)) {
		struct entry e;

		if (!len || line[0] == '#')
			continue;
		if (line[0] == '\t')
			return refuse(w,
				"a line that begins with a tab follows 'PATH <<' only");
		if (!read_entry(w, line, len, &e) || !make_entry(w, &e))
			return false;
	}
	return ok;
}

static bool read_file(const char *name, struct text *text)
{
	FILE *file = fopen(name, "re");
	char buffer[65536];
	size_t n;
	bool ok;

	if (!file) {
		perror(name);
		return false;
	}
	set_text(text, "", 0);
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		append(text, buffer, n);
	ok = !ferror(file);
	if (!ok)
		perror(name);
	fclose(file);
	return ok;
}

static bool unpack(const char *file, const char *folder)
{
	struct work w = { .file = file, .root = -1, .folder = -1 };
	bool ok = read_file(file, &w.source);

	if (ok &&
		(mkdir(folder, DEFAULT_FOLDER_MODE) < 0 ||
			(w.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) <
				0)) {
		perror(folder);
		ok = false;
	}
	ok = ok && make_all(&w);
	if (w.folder >= 0)
		close(w.folder);
	if (w.root >= 0)
		close(w.root);
	free(w.source.bytes);
	free(w.folder_name.bytes);
	free(w.path.bytes);
	free(w.content.bytes);
	return ok;
}

/* DIR/NAME of .../NAME.root */
static bool unpack_below(const char *dir, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	size_t len = strlen(name);
	char folder[PATH_MAX];

	if (len > 5 && strcmp(name + len - 5, ".root") == 0)
		len -= 5;
	if (snprintf(folder, sizeof(folder), "%s/%.*s", dir, (int)len, name) >=
		(int)sizeof(folder)) {
		fprintf(stderr, "%s: this name is too long\n", file);
		return false;
	}
	return unpack(file, folder);
}

int main(int argc, char **argv)
{
	bool ok = true;

	umask(022);
	if (argc == 4 && strcmp(argv[1], "-t") == 0)
		return !unpack(argv[3], argv[2]);
	if (argc < 3 || argv[1][0] == '-') {
		fputs("usage: unpack DIR FILE.root...\n       unpack -t FOLDER "
		      "FILE.root\n",
			stderr);
		return 2;
	}
	if (mkdir(argv[1], DEFAULT_FOLDER_MODE) < 0 && errno != EEXIST) {
		perror(argv[1]);
		return 1;
	}
	for (int i = 2; i < argc; i++)
		ok = unpack_below(argv[1], argv[i]) && ok;
	return !ok;
}
