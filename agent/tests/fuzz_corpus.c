// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzzer's entry, once with each file of its corpus: what it begins with, and what it once
 * failed for. Linked with one of fuzz_NAME.c, as corpus_NAME_test; run from the top of the tree.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[256];

static size_t read_input(const char *name, uint8_t *bytes, size_t size)
{
	char path[512];
	size_t n;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "r");
	assert_non_null(in);
	n = fread(bytes, 1, size, in);
	fclose(in);
	return n;
}

/* In a process of its own, as what a guest prints is not for our output. */
static void try_input(const char *name, const uint8_t *bytes, size_t size)
{
	int status, null;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		exit(LLVMFuzzerTestOneInput(bytes, size));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		fail_msg("%s/%s: status %x", folder, name, status);
}

static void each_input(void **state)
{
	uint8_t *bytes = malloc(16384);
	struct dirent *file;
	size_t n = 0, size;
	DIR *dir;

	(void)state;
	dir = opendir(folder);
	assert_non_null(dir);
	while ((file = readdir(dir))) {
		if (file->d_name[0] == '.')
			continue;
		size = read_input(file->d_name, bytes, 16384);
		try_input(file->d_name, bytes, size);
		n++;
	}
	closedir(dir);
	free(bytes);
	assert_true(n > 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_input) };
	const char *name = strstr(argv[0], "corpus_");

	(void)argc;
	if (!name || !strstr(name, "_test"))
		return 1;
	name += strlen("corpus_");
	snprintf(folder, sizeof(folder), "agent/tests/corpus/%.*s",
		 (int)(strstr(name, "_test") - name), name);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
