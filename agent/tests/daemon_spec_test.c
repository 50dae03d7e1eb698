// SPDX-License-Identifier: GPL-2.0
/*
 * What `--output` says, and what it must not.
 */
#include <errno.h>
#include <string.h>

#include "../daemon/output_spec.h"
#include "test.h"

static void path_may_hold_any_character(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "file:/a,b:c=d", NULL), 0);
	assert_string_equal(spec.path, "/a,b:c=d");
	assert_string_equal(spec.name, "file:/a,b:c=d");
	gabion_output_spec_free(&spec);
}

static void defaults_are_as_documented(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "file:/a", NULL), 0);
	assert_int_equal(spec.rotate, 0);
	assert_int_equal(spec.spool, 64 << 20);
	assert_int_equal(spec.fsync, GABION_FSYNC_ALWAYS);
	gabion_output_spec_free(&spec);
	assert_int_equal(gabion_output_spec_parse(&spec, "file,rotate=1K:/a", NULL), 0);
	assert_int_equal(spec.rotate, 1024);
	assert_int_equal(spec.keep, 8);
	gabion_output_spec_free(&spec);
}

/* The progress of an output is kept under its name. */
static void options_are_not_part_of_the_name(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "file,rotate=64M,keep=3,fsync=interval,"
						  "spool=2G:/a", NULL), 0);
	assert_string_equal(spec.name, "file:/a");
	assert_int_equal(spec.rotate, 64 << 20);
	assert_int_equal(spec.keep, 3);
	assert_int_equal(spec.spool, 2LL << 30);
	assert_int_equal(spec.fsync, GABION_FSYNC_INTERVAL);
	gabion_output_spec_free(&spec);
}

static void path_of_syslog_may_be_left_out(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "syslog", NULL), 0);
	assert_null(spec.path);
	gabion_output_spec_free(&spec);
	assert_int_equal(gabion_output_spec_parse(&spec, "syslog:/run/log", NULL), 0);
	assert_string_equal(spec.path, "/run/log");
	gabion_output_spec_free(&spec);
}

static void every_kind_may_do_without_a_spool(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "journald,spool=none", NULL), 0);
	assert_string_equal(spec.name, "journald");
	assert_int_equal(spec.spool, 0);
	gabion_output_spec_free(&spec);
}

static void nats_has_urls_and_names(void **state)
{
	struct gabion_output_spec spec;

	(void)state;
	assert_int_equal(gabion_output_spec_parse(&spec, "nats:nats://a.example:4222", NULL), 0);
	assert_string_equal(spec.name, "nats:nats://a.example:4222");
	assert_string_equal(spec.path, "nats://a.example:4222");
	assert_string_equal(spec.prefix, "gabion");
	assert_null(spec.host);
	assert_null(spec.credentials);
	assert_null(spec.ca);
	gabion_output_spec_free(&spec);
	assert_int_equal(gabion_output_spec_parse(&spec, "nats,prefix=fleet.eu,host=web-1,ca=/c.pem,"
						  "credentials=/k,spool=1G:tls://[::1],tls://b:1",
						  NULL), 0);
	assert_string_equal(spec.name, "nats:tls://[::1],tls://b:1");
	assert_string_equal(spec.prefix, "fleet.eu");
	assert_string_equal(spec.host, "web-1");
	assert_string_equal(spec.credentials, "/k");
	assert_string_equal(spec.ca, "/c.pem");
	assert_int_equal(spec.spool, 1 << 30);
	gabion_output_spec_free(&spec);
}

static void mistakes_are_named_with_the_mend(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "logfile", "unknown output 'logfile': give journald, " },
		{ "", "unknown output ''" },
		{ "file", "give file:/ABSOLUTE/PATH" },
		{ "file:relative", "'file:relative': give file:/ABSOLUTE/PATH" },
		{ "syslog:", "'syslog:': give syslog:/ABSOLUTE/PATH" },
		{ "syslog,rotate=1M", "syslog has no option 'rotate'" },
		{ "syslog:/a,spool=1M", "syslog,spool=1M:/a" },
		{ "stdout:/a", "stdout takes no path" },
		{ "journald,rotate=1M", "journald has no option 'rotate': there is spool" },
		{ "file,rotat=1M:/a", "file has no option 'rotat': there are rotate" },
		{ "file,rotate:/a", "'rotate': give a size from 1K on" },
		{ "file,rotate=1023:/a", "'rotate=1023': give a size" },
		{ "file,rotate=1X:/a", "'rotate=1X': give a size" },
		{ "file,rotate=1MB:/a", "'rotate=1MB': give a size" },
		{ "file,rotate=-1K:/a", "'rotate=-1K': give a size" },
		{ "file,rotate=99999999999999999999:/a", "give a size" },
		{ "file,rotate=1000000000000000G:/a", "give a size" },
		{ "file,rotate=1M,keep=0:/a", "'keep=0': give a number of files" },
		{ "file,rotate=1M,keep=1000:/a", "'keep=1000': give a number" },
		{ "file,keep=3:/a", "keep means nothing without rotate" },
		{ "file,rotate=1M,rotate=2M:/a", "'rotate' is given twice" },
		{ "file,fsync=often:/a", "'fsync=often': give always, interval or none" },
		{ "stdout,spool=0", "'spool=0': give none or a size" },
		{ "file,:/a", "file has no option ''" },
		{ "file:/a,rotate=1M", "options stand before the path: file,rotate=1M:/a" },
		{ "file:/a,b,keep=2", "file,keep=2:/a,b" },
		{ "nats", "give nats:nats://HOST:PORT or nats:tls://HOST:PORT" },
		{ "nats:", "give nats:nats://HOST:PORT" },
		{ "nats://a:4222", "'nats://a:4222': give nats:nats://HOST:PORT" },
		{ "nats:nats://", "give nats:nats://HOST:PORT" },
		{ "nats:http://a", "give nats:nats://HOST:PORT" },
		{ "nats:nats://a/b", "give nats:nats://HOST:PORT" },
		{ "nats:nats://a,", "give nats:nats://HOST:PORT" },
		{ "nats:nats://a,tls://b", "give nats:nats://HOST:PORT" },
		{ "nats:nats://u:p@a", "give credentials=/ABSOLUTE/PATH" },
		{ "nats:tls://a", "tls:// needs ca=/ABSOLUTE/PATH" },
		{ "nats,ca=/a:nats://a", "ca means nothing without tls://" },
		{ "nats,ca=a:tls://a", "'ca=a': give the absolute path" },
		{ "nats,credentials=a:nats://a", "'credentials=a': give the absolute path" },
		{ "nats,prefix=a.*:nats://a", "'prefix=a.*': give words of letters" },
		{ "nats,host=a.b:nats://a", "'host=a.b': give a word" },
		{ "nats,rotate=1M:nats://a", "no option 'rotate': there are prefix, host" },
		{ "nats:nats://a,spool=1M", "nats,spool=1M:nats://a" },
		{ "syslog,host=a", "syslog has no option 'host': there is spool" },
	};
	struct gabion_output_spec spec;
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(gabion_output_spec_parse(&spec, cases[i].text, &error), -EINVAL);
		if (!strstr(error.text, cases[i].says))
			fail_msg("'%s': '%s' does not say '%s'", cases[i].text, error.text,
				 cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_may_hold_any_character),
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(options_are_not_part_of_the_name),
		cmocka_unit_test(path_of_syslog_may_be_left_out),
		cmocka_unit_test(every_kind_may_do_without_a_spool),
		cmocka_unit_test(nats_has_urls_and_names),
		cmocka_unit_test(mistakes_are_named_with_the_mend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
