// SPDX-License-Identifier: GPL-2.0
#include "policy_input.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../common/cleanup.h"
#include "../common/file.h"

static bool is_image(const char *path)
{
	cleanup_file FILE *file = NULL;
	struct stat st;
	__le64 magic;

	/* Not a pipe: what is read to look at it would be gone. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	file = fopen(path, "re");
	return file && fread(&magic, sizeof(magic), 1, file) == 1 &&
	       le64_to_cpu(magic) == GABION_POLICY_MAGIC;
}

static int open_image(struct gabion_policy_input *input, const char *path,
		      struct gabion_error *error)
{
	const char *why;
	size_t size;
	int err = gabion_file_read(path, GABION_POLICY_SIZE_MAX, &input->image, &size, error);

	if (err)
		return err;
	err = gabion_view_open(&input->image_view, input->image, size, &why);
	if (err)
		return gabion_error_set(error, err, "%s: not a policy image: %s", path, why);
	input->view = &input->image_view;
	return 0;
}

int gabion_policy_input_open_with(struct gabion_policy_input *input,
				  const struct gabion_compile_options *how, const char *path,
				  struct gabion_error *error)
{
	int err;

	if (is_image(path) && how->facts.n)
		return gabion_error_set(error, -EINVAL,
					"%s: an image was compiled before: --fact comes too late",
					path);
	if (is_image(path))
		return open_image(input, path, error);
	err = gabion_policy_compile_with(&input->compiled, how, &path, 1, error);
	if (err)
		gabion_diagnostics_print(&input->compiled.diagnostics, stderr);
	input->view = &input->compiled.view;
	input->call_rules = &input->compiled.call_rules;
	input->expectations = &input->compiled.expectations;
	return err;
}

int gabion_policy_input_open(struct gabion_policy_input *input, const char *library,
			     const char *path, struct gabion_error *error)
{
	const struct gabion_compile_options how = {.library = library};

	return gabion_policy_input_open_with(input, &how, path, error);
}

void gabion_policy_input_free(struct gabion_policy_input *input)
{
	gabion_compiled_free(&input->compiled);
	free(input->image);
	*input = (struct gabion_policy_input){0};
}
