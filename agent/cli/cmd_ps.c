// SPDX-License-Identifier: GPL-2.0
/*
 * gabion ps: which processes are confined, and in which domain.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/json.h"
#include "../netlink/client.h"
#include "cli.h"
#include "table.h"
#include "usage.h"

/**
 * struct row - a process, or a thread with -t
 * @domain:	empty: not confined
 * @threads:	how many threads the row stands for
 */
struct row {
	uint32_t pid;
	uint32_t tid;
	uint32_t threads;
	char domain[GABION_NAME_MAX];
	char comm[64];
};

/**
 * struct listing - what is asked for, and the rows so far
 * @domain:	only this one, NULL = any
 * @pids:	only these, @npids = 0: any
 */
struct listing {
	bool all;
	bool threads;
	const char *domain;
	uint32_t *pids;
	size_t npids;
	struct row *rows;
	size_t nrows;
	size_t capacity;
};

static bool asked(const struct listing *l, uint32_t pid)
{
	size_t i;

	for (i = 0; i < l->npids; i++)
		if (l->pids[i] == pid)
			return true;
	return !l->npids;
}

static int add_row(struct listing *l, const struct row *row)
{
	size_t capacity = l->capacity ? 2 * l->capacity : 64;
	struct row *rows;

	if (l->nrows == l->capacity) {
		rows = realloc(l->rows, capacity * sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		l->rows = rows;
		l->capacity = capacity;
	}
	l->rows[l->nrows++] = *row;
	return 0;
}

static int task_row(const struct gabion_task *task, void *data)
{
	struct row row = { .pid = task->tgid, .tid = task->pid, .threads = 1 };

	snprintf(row.domain, sizeof(row.domain), "%s", task->domain);
	snprintf(row.comm, sizeof(row.comm), "%s", task->comm ? task->comm : "?");
	return add_row(data, &row);
}

static int by_pid(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	/* The leader first: its name is the process's. */
	if ((x->tid == x->pid) != (y->tid == y->pid))
		return x->tid == x->pid ? -1 : 1;
	return (x->tid > y->tid) - (x->tid < y->tid);
}

/* Threads of one process in one domain become one row. Rows are sorted. */
static void fold_threads(struct listing *l)
{
	size_t from, to = 0, i;

	for (from = 0; from < l->nrows; from++) {
		for (i = to; i > 0 && l->rows[i - 1].pid == l->rows[from].pid; i--)
			if (!strcmp(l->rows[i - 1].domain, l->rows[from].domain))
				break;
		if (i > 0 && l->rows[i - 1].pid == l->rows[from].pid)
			l->rows[i - 1].threads++;
		else
			l->rows[to++] = l->rows[from];
	}
	l->nrows = to;
}

static void read_comm(uint32_t pid, char *comm, size_t size)
{
	cleanup_file FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(comm, (int)size, file))
		snprintf(comm, size, "?");
	comm[strcspn(comm, "\n")] = '\0';
}

static bool listed(const struct listing *l, size_t nconfined, uint32_t pid)
{
	size_t i;

	for (i = 0; i < nconfined; i++)
		if (l->rows[i].pid == pid)
			return true;
	return false;
}

/* Processes of /proc of which no thread is confined. */
static int add_unconfined(struct listing *l, struct gabion_error *error)
{
	DIR *proc = opendir("/proc");
	size_t nconfined = l->nrows;
	struct row row = { 0 };
	struct dirent *entry;
	char *end;
	int err = 0;

	if (!proc)
		return gabion_error_set(error, -errno, "/proc: %s", strerror(errno));
	while (!err && (entry = readdir(proc))) {
		row.pid = row.tid = (uint32_t)strtoul(entry->d_name, &end, 10);
		if (*end || !row.pid || !asked(l, row.pid) || listed(l, nconfined, row.pid))
			continue;
		row.threads = 1;
		read_comm(row.pid, row.comm, sizeof(row.comm));
		err = add_row(l, &row);
	}
	closedir(proc);
	if (err)
		return gabion_error_set(error, err, "out of memory");
	qsort(l->rows, l->nrows, sizeof(*l->rows), by_pid);
	return 0;
}

static int print_table(const struct listing *l)
{
	cleanup_table struct gabion_table table = { .ncolumns = l->threads ? 4 : 3, .right = 1 };
	int err = gabion_table_text(&table, "PID");
	size_t i;

	if (l->threads) {
		table.right |= 2;
		err = err ?: gabion_table_text(&table, "TID");
	}
	err = err ?: gabion_table_text(&table, "DOMAIN") ?: gabion_table_text(&table, "COMM");
	for (i = 0; i < l->nrows && !err; i++) {
		err = gabion_table_number(&table, l->rows[i].pid);
		if (l->threads)
			err = err ?: gabion_table_number(&table, l->rows[i].tid);
		err = err ?: gabion_table_text(&table, *l->rows[i].domain ? l->rows[i].domain :
									    "-");
		err = err ?: gabion_table_text(&table, l->rows[i].comm);
	}
	if (!err)
		gabion_table_print(&table);
	return err;
}

static int print_json(const struct listing *l)
{
	cleanup_json struct gabion_json json = { 0 };
	size_t i;

	gabion_json_open(&json, NULL, '[');
	for (i = 0; i < l->nrows; i++) {
		gabion_json_open(&json, NULL, '{');
		gabion_json_unsigned(&json, "pid", l->rows[i].pid);
		if (l->threads)
			gabion_json_unsigned(&json, "tid", l->rows[i].tid);
		else if (*l->rows[i].domain)
			gabion_json_unsigned(&json, "threads", l->rows[i].threads);
		gabion_json_string(&json, "domain", *l->rows[i].domain ? l->rows[i].domain : NULL);
		gabion_json_string(&json, "comm", l->rows[i].comm);
		gabion_json_close(&json, '}');
	}
	gabion_json_close(&json, ']');
	return gabion_json_print(&json);
}

/* Keep what was asked for. Returns whether every process asked for is confined. */
static bool select_rows(struct listing *l)
{
	size_t from, to = 0, i;
	bool all_confined = true;

	for (i = 0; i < l->npids; i++)
		all_confined &= listed(l, l->nrows, l->pids[i]);
	for (from = 0; from < l->nrows; from++)
		if (asked(l, l->rows[from].pid) &&
		    (!l->domain || !strcmp(l->domain, l->rows[from].domain)))
			l->rows[to++] = l->rows[from];
	l->nrows = to;
	return all_confined;
}

static int list(const struct gabion_cli *cli, struct listing *l, struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	bool all_confined;
	int err;

	if (gabion_netlink_open(&client, error) ||
	    gabion_netlink_tasks(client, task_row, l, error))
		return GABION_EXIT_ERROR;
	if (l->nrows)
		qsort(l->rows, l->nrows, sizeof(*l->rows), by_pid);
	if (!l->threads)
		fold_threads(l);
	all_confined = select_rows(l);
	if ((l->all || l->npids) && !l->domain && add_unconfined(l, error))
		return GABION_EXIT_ERROR;
	err = cli->json ? print_json(l) : print_table(l);
	if (err) {
		gabion_error_set(error, err, "cannot write the list: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	return all_confined ? GABION_EXIT_OK : GABION_EXIT_NO;
}

static int parse_pids(struct listing *l, int argc, char **argv, struct gabion_error *error)
{
	unsigned long pid;
	char *end;
	int i;

	l->pids = calloc((size_t)argc + 1, sizeof(*l->pids));
	for (i = optind; l->pids && i < argc; i++) {
		pid = strtoul(argv[i], &end, 10);
		if (*end || !pid || pid > INT32_MAX)
			return gabion_cli_wrong(error, argv[0], "'%s' is not a PID", argv[i]);
		l->pids[l->npids++] = (uint32_t)pid;
	}
	if (l->pids)
		return GABION_EXIT_OK;
	gabion_error_set(error, -ENOMEM, "out of memory");
	return GABION_EXIT_ERROR;
}

int cmd_ps(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "threads", no_argument, NULL, 't' },
		{ "domain", required_argument, NULL, 'd' },
		{ 0 },
	};
	struct listing l = { 0 };
	int option, status;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":atd:", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			l.all = true;
			break;
		case 't':
			l.threads = true;
			break;
		case 'd':
			l.domain = optarg;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	status = parse_pids(&l, argc, argv, error);
	if (status == GABION_EXIT_OK)
		status = list(cli, &l, error);
	free(l.pids);
	free(l.rows);
	return status;
}
