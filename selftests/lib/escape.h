/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A way out that a hostile root might try, as a table's entry. Each is shown twice: that it
 * reaches its goal where nothing restricts it (or a broken attempt would count as blocked), and
 * that it fails in a domain that has every capability but no grant, with the right errno and the
 * event that says so.
 *
 * A test program includes this once, after kselftest_harness.h, adds entries with ESCAPE(), and
 * ends with TEST_HARNESS_MAIN.
 */
#ifndef GABION_SELFTESTS_ESCAPE_H
#define GABION_SELFTESTS_ESCAPE_H

#include "escape_scene.h"
#include "fixture.h"

FIXTURE(escape)
{
	GABION_FIXTURE_MEMBERS
};

/**
 * @run:	the attempt; 0 when it reached its goal, else the errno it met
 * @prepare:	what the host does before each run; 0; may be NULL
 * @restore:	what the host does after each run; may be NULL
 * @error:	errno that @run meets in @domain
 * @klass:	class of the event
 * @refused:	permissions (or number) that the event names
 * @object:	object that the event names, NULL for those without a name
 * @target:	domain that the event names, or NULL
 * @domain:	default "hostile"
 */
FIXTURE_VARIANT(escape)
{
	int (*run)(void);
	int (*prepare)(void);
	void (*restore)(void);
	int error;
	uint32_t klass;
	uint32_t refused;
	const char *object;
	const char *target;
	const char *domain;
};

FIXTURE_SETUP(escape)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
}

FIXTURE_TEARDOWN(escape)
{
	escape_scene_strike();
	gabion_netlink_close(self->client);
}

TEST_F(escape, is_blocked)
{
	const char *domain = variant->domain ?: "hostile";
	struct confine_expect expect = {
		.type = GABION_EVENT_ACCESS,
		.verdict = GABION_VERDICT_DENIED,
		.klass = variant->klass,
		.refused = variant->refused,
		.domain = domain,
		.object = variant->object,
		.target = variant->target,
	};

	ASSERT_EQ(0, escape_scene_set());
	ASSERT_EQ(0, variant->prepare ? variant->prepare() : 0);
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run)) {
		TH_LOG("it does not even work on the host");
	}
	if (variant->restore)
		variant->restore();

	ASSERT_EQ(0, escape_scene_set());
	ASSERT_EQ(0, variant->prepare ? variant->prepare() : 0);
	confine_events_clear(self->client);
	EXPECT_EQ(variant->error, confine_run(self->client, domain, variant->run));
	EXPECT_LE(1, confine_events_count(self->client, &expect));
	if (variant->restore)
		variant->restore();
}

/* An entry: the attempt's function, then how it is refused, then other members. */
#define ESCAPE(name, ...)	\
	FIXTURE_VARIANT_ADD(escape, name) { .run = name, __VA_ARGS__ }

#define BY_FILE(permissions, path)						\
	.error = EACCES, .klass = GABION_CLASS_FILE,				\
	.refused = permissions, .object = path
#define BY_DOMAIN(permission)							\
	.error = EPERM, .klass = GABION_CLASS_DOMAIN,				\
	.refused = GABION_DOM_##permission, .target = "host"
#define BY_CONTROL(control)							\
	.error = EPERM, .klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_##control
/* The one domain that has no capability. */
#define BY_CAPABILITY(number)							\
	.error = EPERM, .klass = GABION_CLASS_CAPABILITY, .refused = number,	\
	.domain = "powerless"

#endif /* GABION_SELFTESTS_ESCAPE_H */
