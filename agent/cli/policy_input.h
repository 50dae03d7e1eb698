/* SPDX-License-Identifier: GPL-2.0 */
/* A policy that a command works on: sources, or an image of `gabion check --output`. */
#ifndef GABION_CLI_POLICY_INPUT_H
#define GABION_CLI_POLICY_INPUT_H

#include "../policy/policy.h"

/**
 * struct gabion_policy_input - zero-initialise
 * @compiled:	owns the image of sources
 * @image:	owned; what was compiled before
 * @view:	of either
 * @call_rules:	of sources, NULL likewise
 * @expectations: of sources; NULL: an image has none
 */
struct gabion_policy_input {
	struct gabion_compiled compiled;
	void *image;
	struct gabion_view image_view;
	const struct gabion_view *view;
	const struct gabion_call_rules *call_rules;
	const struct gabion_expectations *expectations;
};

/*
 * Open the policy at @path: a file or folder of sources, or an image. What sources use is looked
 * for in the folder @library, too. What the compiler says of sources that it refuses goes to
 * stderr; warnings are in @input->compiled. Release @input whatever the result. 0 or -errno.
 */
int gabion_policy_input_open(struct gabion_policy_input *input, const char *library,
			     const char *path, struct gabion_error *error);

/* The same with other facts than the host's; an image, for which they come too late, is refused. */
int gabion_policy_input_open_with(struct gabion_policy_input *input,
				  const struct gabion_compile_options *how, const char *path,
				  struct gabion_error *error);

void gabion_policy_input_free(struct gabion_policy_input *input);
#define cleanup_policy_input __attribute__((cleanup(gabion_policy_input_free)))

#endif /* GABION_CLI_POLICY_INPUT_H */
