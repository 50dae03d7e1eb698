// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: bytes as a guest's doings (malice.h). `make vmm-fuzz` builds it, to
 * be run for as long as one likes.
 */
#include "../log.h"
#include "malice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct gabion_log_options quiet = { .level = GABION_LOG_OFF };

	(void)argc;
	(void)argv;
	return gabion_log_open(&quiet, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	malice_play(data, size);
	return 0;
}
