// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: bytes as one reply to EVENT_READ, decoded, written as JSON and
 * as a line, and read back; and as a line of JSON, read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../event/event_line.h"
#include "../netlink/event_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const struct gabion_event *event)
{
	struct gabion_record record = { .event = *event, .time = event->realtime }, back = { 0 };
	struct gabion_json first = { 0 }, second = { 0 };
	struct gabion_error error;

	free(gabion_record_line(&record, GABION_LINE_TIME | GABION_LINE_COLOUR));
	gabion_record_encode(&first, &record);
	/* Only numbers above 2^63 and years beyond strptime(3) may not come back. */
	if (!gabion_record_parse(&back, first.data, first.length, &error)) {
		gabion_record_encode(&second, &back);
		free(gabion_record_line(&back, 0));
	}
	gabion_record_free(&back);
	gabion_json_free(&first);
	gabion_json_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gabion_batch batch = { 0 };
	struct gabion_record record = { 0 };
	struct gabion_error error;
	/* As received: aligned, and not one byte more. */
	void *copy = malloc(size ? size : 1);
	size_t i;

	memcpy(copy, data, size);
	if (size < 65536 && !gabion_batch_add(&batch, copy, (int)size, &error)) {
		gabion_batch_finish(&batch);
		for (i = 0; i < batch.nevents; i++)
			there_and_back(&batch.events[i]);
	}
	gabion_batch_free(&batch);
	gabion_record_parse(&record, copy, size, &error);
	gabion_record_free(&record);
	free(copy);
	return 0;
}
