// SPDX-License-Identifier: GPL-2.0
#include "output_spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../stream/spool.h"
#include "nats_name.h"

#define SMALLEST	(1ULL << 10)
#define SIZE_MAX_	(1ULL << 50)
#define KEEP_DEFAULT	8U
#define KEEP_MAX	999U

#define PREFIX_DEFAULT	"gabion"
/* Of a host, its address, and a port. */
#define URL_BYTES	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:[]"

#define FILES		(1U << GABION_OUTPUT_FILE)
#define NATS		(1U << GABION_OUTPUT_NATS)
#define ALL		~0U

enum path_use {
	PATH_NEVER,
	PATH_ALWAYS,
	PATH_IF_GIVEN,
};

/**
 * struct kind - a kind of output
 * @path:	does it have one
 * @place:	what that looks like
 * @options:	which it has, for people
 */
static const struct kind {
	const char *word;
	enum path_use path;
	const char *place;
	const char *options;
} kinds[GABION_OUTPUT_KINDS] = {
	[GABION_OUTPUT_JOURNALD] = { "journald", PATH_NEVER, "", "there is spool" },
	[GABION_OUTPUT_STDOUT] = { "stdout", PATH_NEVER, "", "there is spool" },
	[GABION_OUTPUT_FILE] = { "file", PATH_ALWAYS, "/ABSOLUTE/PATH",
				 "there are rotate, keep, fsync and spool" },
	[GABION_OUTPUT_SYSLOG] = { "syslog", PATH_IF_GIVEN, "/ABSOLUTE/PATH", "there is spool" },
	[GABION_OUTPUT_NATS] = { "nats", PATH_ALWAYS, "nats://HOST:PORT or nats:tls://HOST:PORT",
				 "there are prefix, host, credentials, ca and spool" },
};

/* ---- values ---- */

/* Bytes, with K, M or G for powers of 1024. */
static bool parse_size(const char *text, uint64_t min, uint64_t *size)
{
	static const char units[] = "KMG";
	unsigned int shift;
	const char *unit;
	uint64_t n = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		n = 10 * n + (uint64_t)(*text - '0');
		if (n > SIZE_MAX_)
			return false;
	}
	if (*text) {
		unit = strchr(units, *text);
		if (!unit || text[1])
			return false;
		shift = 10 * (unsigned int)(unit - units + 1);
		if (n > SIZE_MAX_ >> shift)
			return false;
		n <<= shift;
	}
	*size = n;
	return n >= min && n <= SIZE_MAX_;
}

static bool set_rotate(struct gabion_output_spec *spec, const char *value)
{
	return parse_size(value, SMALLEST, &spec->rotate);
}

static bool set_keep(struct gabion_output_spec *spec, const char *value)
{
	uint64_t n;

	if (!parse_size(value, 1, &n) || n > KEEP_MAX)
		return false;
	spec->keep = (unsigned int)n;
	return true;
}

static bool set_fsync(struct gabion_output_spec *spec, const char *value)
{
	static const char *const words[] = {
		[GABION_FSYNC_ALWAYS] = "always",
		[GABION_FSYNC_INTERVAL] = "interval",
		[GABION_FSYNC_NONE] = "none",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(value, words[i])) {
			spec->fsync = (enum gabion_fsync)i;
			return true;
		}
	return false;
}

static bool set_spool(struct gabion_output_spec *spec, const char *value)
{
	spec->spool = 0;
	return !strcmp(value, "none") || parse_size(value, SMALLEST, &spec->spool);
}

static bool set_string(char **string, const char *value, bool right)
{
	*string = right ? strdup(value) : NULL;
	return *string;
}

static bool set_prefix(struct gabion_output_spec *spec, const char *value)
{
	return set_string(&spec->prefix, value, gabion_nats_is_prefix(value));
}

static bool set_host(struct gabion_output_spec *spec, const char *value)
{
	return set_string(&spec->host, value, gabion_nats_is_token(value));
}

static bool set_credentials(struct gabion_output_spec *spec, const char *value)
{
	return set_string(&spec->credentials, value, *value == '/');
}

static bool set_ca(struct gabion_output_spec *spec, const char *value)
{
	return set_string(&spec->ca, value, *value == '/');
}

/* ---- options ---- */

/**
 * struct option_word - an option
 * @kinds:	bits of the kinds that have it
 * @set:	false: the value is none
 * @values:	which there are
 */
struct option_word {
	const char *word;
	unsigned int kinds;
	bool (*set)(struct gabion_output_spec *spec, const char *value);
	const char *values;
};

static const struct option_word options[] = {
	{ "rotate", FILES, set_rotate, "a size from 1K on, such as 64M" },
	{ "keep", FILES, set_keep, "a number of files from 1 to 999" },
	{ "fsync", FILES, set_fsync, "always, interval or none" },
	{ "spool", ALL, set_spool, "none or a size from 1K on, such as 64M" },
	{ "prefix", NATS, set_prefix, "words of letters, digits, - and _ with dots between them" },
	{ "host", NATS, set_host, "a word of up to 64 letters, digits, - and _" },
	{ "credentials", NATS, set_credentials, "the absolute path of a file" },
	{ "ca", NATS, set_ca, "the absolute path of a file of certificates" },
};
#define NOPTIONS (sizeof(options) / sizeof(*options))

static int parse_option(struct gabion_output_spec *spec, const char *text, const char *word,
			unsigned int *seen, struct gabion_error *error)
{
	size_t n = strcspn(word, "="), i;

	for (i = 0; i < NOPTIONS; i++)
		if (strlen(options[i].word) == n && !strncmp(options[i].word, word, n))
			break;
	if (i == NOPTIONS || !(options[i].kinds & 1U << spec->kind))
		return gabion_error_set(error, -EINVAL,
					"output '%s': %s has no option '%.*s': %s", text,
					kinds[spec->kind].word, (int)n, word,
					kinds[spec->kind].options);
	if (*seen & 1U << i)
		return gabion_error_set(error, -EINVAL, "output '%s': '%s' is given twice", text,
					options[i].word);
	*seen |= 1U << i;
	if (!word[n] || !options[i].set(spec, word + n + 1))
		return gabion_error_set(error, -EINVAL, "output '%s': '%s': give %s", text, word,
					options[i].values);
	return 0;
}

/* Options at the end would be part of the path, and nobody would know. */
static int check_path(const struct gabion_output_spec *spec, const char *text, const char *path,
		      struct gabion_error *error)
{
	const char *comma;
	size_t i, n;

	for (comma = strchr(path, ','); comma; comma = strchr(comma + 1, ','))
		for (i = 0; i < NOPTIONS; i++) {
			n = strlen(options[i].word);
			if (!strncmp(comma + 1, options[i].word, n) && comma[1 + n] == '=')
				return gabion_error_set(error, -EINVAL,
							"output '%s': options stand before the path: "
							"%s,%s:%.*s", text,
							kinds[spec->kind].word, comma + 1,
							(int)(comma - path), path);
		}
	return 0;
}

/*
 * One URL or more, of one scheme, and nothing but names and ports in them: a password would be
 * seen in the log, in the state file, and by everybody who lists processes.
 */
static int check_url(const struct gabion_output_spec *spec, const char *text, const char *url,
		     struct gabion_error *error)
{
	const char *scheme = strncmp(url, "tls://", 6) ? "nats://" : "tls://";
	size_t head = strlen(scheme), n;

	if (strchr(url, '@'))
		return gabion_error_set(error, -EINVAL,
					"output '%s': whoever lists processes sees a password here: "
					"give credentials=/ABSOLUTE/PATH", text);
	if (!spec->ca != !strcmp(scheme, "nats://"))
		return gabion_error_set(error, -EINVAL, "output '%s': %s", text, spec->ca ?
					"ca means nothing without tls://" :
					"tls:// needs ca=/ABSOLUTE/PATH, the certificates to trust, "
					"as in nats,ca=/etc/ssl/certs/ca-certificates.crt:tls://HOST:PORT");
	for (;; url += head + n + 1) {
		n = strncmp(url, scheme, head) ? 0 : strspn(url + head, URL_BYTES);
		if (!n || (url[head + n] && url[head + n] != ','))
			return gabion_error_set(error, -EINVAL,
						"output '%s': give nats:%sHOST:PORT, more of them "
						"with commas between them", text, scheme);
		if (!url[head + n])
			return 0;
	}
}

static int parse_head(struct gabion_output_spec *spec, const char *text, char *head,
		      struct gabion_error *error)
{
	char *word = strsep(&head, ",");
	unsigned int seen = 0, kind;
	int err;

	for (kind = 0; kind < GABION_OUTPUT_KINDS; kind++)
		if (!strcmp(kinds[kind].word, word))
			break;
	if (kind == GABION_OUTPUT_KINDS)
		return gabion_error_set(error, -EINVAL,
					"unknown output '%s': give journald, stdout, syslog, "
					"file:/ABSOLUTE/PATH or nats:nats://HOST:PORT", text);
	spec->kind = (enum gabion_output_kind)kind;
	while ((word = strsep(&head, ","))) {
		err = parse_option(spec, text, word, &seen, error);
		if (err)
			return err;
	}
	if (spec->keep && !spec->rotate)
		return gabion_error_set(error, -EINVAL,
					"output '%s': keep means nothing without rotate", text);
	if (!spec->keep)
		spec->keep = KEEP_DEFAULT;
	if (!spec->prefix) {
		spec->prefix = strdup(PREFIX_DEFAULT);
		if (!spec->prefix)
			return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	return 0;
}

static int parse(struct gabion_output_spec *spec, const char *text, struct gabion_error *error)
{
	size_t n = strcspn(text, ":");
	cleanup_free char *head = strndup(text, n);
	const char *path = text[n] ? text + n + 1 : NULL;
	int err;

	if (!head)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = parse_head(spec, text, head, error);
	if (err)
		return err;
	if (kinds[spec->kind].path == PATH_NEVER && path)
		return gabion_error_set(error, -EINVAL, "output '%s': %s takes no path", text,
					kinds[spec->kind].word);
	if (path ? *path != '/' && spec->kind != GABION_OUTPUT_NATS :
		   kinds[spec->kind].path == PATH_ALWAYS)
		return gabion_error_set(error, -EINVAL, "output '%s': give %s:%s", text,
					kinds[spec->kind].word, kinds[spec->kind].place);
	err = path ? check_path(spec, text, path, error) : 0;
	if (!err && spec->kind == GABION_OUTPUT_NATS)
		err = check_url(spec, text, path, error);
	if (err)
		return err;
	n = strlen(kinds[spec->kind].word);
	if (asprintf(&spec->name, "%s%s%s", kinds[spec->kind].word, path ? ":" : "",
		     path ?: "") < 0) {
		spec->name = NULL;
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	spec->path = path ? spec->name + n + 1 : NULL;
	return 0;
}

int gabion_output_spec_parse(struct gabion_output_spec *spec, const char *text,
			     struct gabion_error *error)
{
	int err;

	*spec = (struct gabion_output_spec){ .spool = GABION_SPOOL_DEFAULT };
	err = parse(spec, text, error);
	if (err)
		gabion_output_spec_free(spec);
	return err;
}

void gabion_output_spec_free(struct gabion_output_spec *spec)
{
	free(spec->name);
	free(spec->prefix);
	free(spec->host);
	free(spec->credentials);
	free(spec->ca);
	*spec = (struct gabion_output_spec){ 0 };
}
