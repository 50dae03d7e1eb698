// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: an image and a name, as what lies behind the image's bytes. Whatever
 * passes the verifier, a walk over any name ends in a label that every table has.
 */
#include "../../core/ioctl.h"
#include "fuzz_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(const struct gabion_view *view, uint32_t klass, uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[klass];
	uint32_t d, command = label * 0x9e3779b9U;

	for (d = 0; d < view->ndomains && d < 16; d++) {
		if (!c->allow)
			continue;
		/* Nothing but what the rules grant, whatever else is trusted. */
		if (!(le32toh(view->domains[d].flags) & GABION_DOMAIN_UNCONFINED) &&
		    gabion_effective(view, klass, d, label) & ~gabion_matrix(c, c->allow, d, label))
			abort();
		gabion_matrix(c, c->deny, d, label);
		gabion_matrix(c, c->audit, d, label);
		gabion_matrix(c, c->quiet, d, label);
		if (klass != GABION_CLASS_FILE)
			continue;
		gabion_ioctl_granted(view, d, label, command);
		if (c->transition) {
			uint16_t to = le16toh(c->transition[(size_t)d * c->nlabels + label]);

			if (to != GABION_TRANSITION_NONE && to >= view->ndomains)
				abort();
		}
	}
}

static void walk(const struct gabion_view *view, uint32_t klass, const uint8_t *name, size_t n)
{
	const struct gabion_class_view *c = &view->classes[klass];
	uint32_t label, state, half;

	if (!c->has_dfa)
		return;
	label = gabion_dfa_label(&c->dfa, name, n);
	if (label >= c->nlabels)
		abort();
	/* A walk that stops on the way and goes on is the same walk. */
	half = gabion_dfa_walk(&c->dfa, c->dfa.start, name, n / 2);
	state = gabion_dfa_walk(&c->dfa, half, name + n / 2, n - n / 2);
	if (le32toh(c->dfa.accept[state]) != label)
		abort();
	decide(view, klass, label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gabion_policy_header header;
	struct gabion_view view;
	uint8_t *image, *name;
	const char *why;
	size_t n;

	if (size < sizeof(header))
		return 0;
	memcpy(&header, data, sizeof(header));
	n = le32toh(header.size);
	if (n > size || n < sizeof(header))
		n = size;
	image = fuzz_image(data, n);
	name = malloc(size - n + 1);
	memcpy(name, data + n, size - n);
	if (!gabion_view_open(&view, image, n, &why)) {
		walk(&view, GABION_CLASS_FILE, name, size - n);
		walk(&view, GABION_CLASS_NET, name, size - n);
		decide(&view, GABION_CLASS_DOMAIN, 0);
	}
	free(name);
	free(image);
	return 0;
}
