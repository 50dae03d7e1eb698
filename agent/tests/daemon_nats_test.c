// SPDX-License-Identifier: GPL-2.0
/*
 * What NATS JetStream gets, from Debian's nats-server: each event once, and a clear word where it
 * gets nothing.
 */
#include <errno.h>
#include <systemd/sd-id128.h>

#include "../daemon/nats_name.h"
#include "../stream/relay.h"
#include "nats_jwt.h"
#include "nats_server.h"
#include "output_fixture.h"

#define INSTANCE 0xabcULL

struct scene {
	struct nats_server server;
	struct output_fixture *out;
	char text[256];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	output_setup((void **)&s->out);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	output_teardown((void **)&s->out);
	nats_stop(&s->server);
	free(s);
	return 0;
}

/* The output, with @options as in ",host=web1". */
static int open_nats(struct scene *s, const char *options)
{
	snprintf(s->text, sizeof(s->text), "nats%s:%s://localhost:%d", options,
		 strstr(options, ",ca=") ? "tls" : "nats", s->server.port);
	return output_open(s->out, s->text);
}

static int put(struct scene *s, uint64_t sequence)
{
	struct gabion_record record = {
		.instance = INSTANCE,
		.event = { .present = 1ULL << GABION_E_SEQUENCE, .type = GABION_EVENT_ACCESS,
			   .sequence = sequence },
	};
	cleanup_json struct gabion_json line = { 0 };

	gabion_record_encode(&line, &record);
	gabion_json_raw(&line, "\n", 1);
	s->out->error.text[0] = '\0';
	return s->out->sink->ops->put(s->out->sink, &record, line.data, line.length,
				      &s->out->error);
}

static int flush(struct scene *s)
{
	return s->out->sink->ops->flush(s->out->sink, &s->out->error);
}

static int put_flushed(struct scene *s, uint64_t sequence)
{
	return put(s, sequence) ?: flush(s);
}

static void assert_says(struct scene *s, const char *words)
{
	if (!strstr(s->out->error.text, words))
		fail_msg("no '%s' in: %s", words, s->out->error.text);
}

/* Until it works again after a failure. */
static void put_patiently(struct scene *s, uint64_t sequence)
{
	int waited;

	for (waited = 0; waited < NATS_PATIENCE_MS && put_flushed(s, sequence); waited += 50)
		usleep(50000);
	if (waited >= NATS_PATIENCE_MS)
		fail_msg("still not taken: %s", s->out->error.text);
}

/* Message @n is event @sequence of web1. */
static void assert_event(struct scene *s, uint64_t n, unsigned int sequence)
{
	char id[64], part[64];

	snprintf(id, sizeof(id), "web1-0000000000000abc-%u", sequence);
	snprintf(part, sizeof(part), "\"sequence\":%u}", sequence);
	nats_assert_message(&s->server, n, "gabion.web1.access", id, part);
}

static void event_is_a_message_with_subject_and_id(void **state)
{
	struct scene *s = *state;
	struct gabion_record loss = {
		.kind = GABION_RECORD_LOSS, .instance = INSTANCE, .cpu = 3, .count = 4, .total = 9,
		.text = (char *)(uintptr_t)"we b",
	};

	nats_start(&s->server, "");
	nats_add_stream(&s->server, 0);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put(s, 1), 0);
	assert_int_equal(put(s, 2), 0);
	assert_int_equal(s->out->sink->ops->put(s->out->sink, &loss, "{}\n", 3, &s->out->error), 0);
	assert_int_equal(flush(s), 0);
	/* Taken means stored: at once, not soon. */
	assert_int_equal(nats_count(&s->server), 3);
	assert_event(s, 1, 1);
	assert_event(s, 2, 2);
	nats_assert_message(&s->server, 3, "gabion.web1.loss",
			    "web1-0000000000000abc-loss-we_b-3-9-4", "{}");
}

static void event_that_comes_again_is_stored_once(void **state)
{
	struct scene *s = *state;

	nats_start(&s->server, "");
	nats_add_stream(&s->server, 0);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 7), 0);
	assert_int_equal(put_flushed(s, 7), 0);
	/* Also of another gabiond, and after the server was killed. */
	nats_forget_reader(&s->server);
	nats_end(&s->server, SIGKILL);
	nats_run(&s->server);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 7), 0);
	assert_int_equal(put_flushed(s, 8), 0);
	assert_int_equal(nats_count(&s->server), 2);
	/* Of another host it is another one. */
	assert_int_equal(open_nats(s, ",host=web2"), 0);
	assert_int_equal(put_flushed(s, 7), 0);
	assert_int_equal(nats_count(&s->server), 3);
}

static void host_is_told_by_a_hash_of_its_machine_id(void **state)
{
	const sd_id128_t application = SD_ID128_MAKE(4f, 1c, 86, 9e, 5a, 0b, 4d, 0c, 9d, 53, 7f, 2e,
						     c1, 60, b8, 3a);
	struct scene *s = *state;
	char expected[128], name[256] = "", token[GABION_NATS_TOKEN_MAX + 1], subject[128];
	sd_id128_t id;

	nats_start(&s->server, "");
	nats_add_stream(&s->server, 0);
	if (sd_id128_get_machine_app_specific(application, &id)) {
		assert_int_equal(open_nats(s, ""), 0);
		assert_true(put_flushed(s, 1) < 0);
		assert_says(s, "give host=NAME");
		return;
	}
	assert_int_equal(open_nats(s, ""), 0);
	assert_int_equal(put_flushed(s, 1), 0);
	gethostname(name, sizeof(name) - 1);
	gabion_nats_token(token, name);
	snprintf(subject, sizeof(subject), "gabion.%s.access", token);
	sd_id128_to_string(id, expected);
	strcat(expected, "-0000000000000abc-1");
	nats_assert_message(&s->server, 1, subject, expected, "\"sequence\":1}");
}

static void without_a_stream_events_wait_in_the_spool(void **state)
{
	struct scene *s = *state;
	unsigned int i;
	int waited;

	nats_start(&s->server, "");
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 1), -ENOENT);
	assert_says(s, "no stream of JetStream takes gabion.web1.access: add one for gabion.>");
	assert_int_equal(gabion_relay_open(&s->out->sink, s->out->dir, 1 << 20, INSTANCE,
					   &s->out->error), 0);
	for (i = 1; i <= 3; i++)
		assert_int_equal(put_flushed(s, i), 0);
	assert_true(s->out->sink->spooled > 0);
	assert_non_null(strstr(s->out->sink->trouble.text, "no stream of JetStream takes"));
	nats_add_stream(&s->server, 0);
	for (waited = 0; waited < NATS_PATIENCE_MS && s->out->sink->spooled; waited += 50) {
		usleep(50000);
		assert_int_equal(flush(s), 0);
	}
	assert_int_equal(s->out->sink->trouble.code, 0);
	assert_int_equal(nats_count(&s->server), 3);
	for (i = 1; i <= 3; i++)
		assert_event(s, i, i);
}

static void full_stream_is_an_error(void **state)
{
	struct scene *s = *state;

	nats_start(&s->server, "");
	nats_add_stream(&s->server, 2);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put(s, 1), 0);
	assert_int_equal(put(s, 2), 0);
	assert_int_equal(put(s, 3), 0);
	assert_int_equal(flush(s), -EIO);
	assert_says(s, "does not store gabion.web1.access: maximum messages exceeded");
	assert_int_equal(nats_count(&s->server), 2);
}

static void without_a_server_nothing_is_taken_until_it_is_there(void **state)
{
	struct scene *s = *state;
	struct nats_server *server = &s->server;

	nats_start(server, "");
	nats_add_stream(server, 0);
	nats_forget_reader(server);
	nats_end(server, SIGKILL);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 1), -ENOTCONN);
	assert_says(s, "cannot connect to nats://localhost:");
	nats_run(server);
	put_patiently(s, 1);
	/* And when it goes away later. */
	nats_end(server, SIGKILL);
	while (!put_flushed(s, 2))
		;
	assert_true(*s->out->error.text);
	nats_run(server);
	put_patiently(s, 2);
	assert_int_equal(nats_count(server), 2);
	assert_event(s, 1, 1);
	assert_event(s, 2, 2);
}

/* It has the events, and does not say so: they come again, and are there once. */
static void server_that_stands_still_is_an_error(void **state)
{
	struct scene *s = *state;

	nats_start(&s->server, "");
	nats_add_stream(&s->server, 0);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 1), 0);
	kill(s->server.process, SIGSTOP);
	/* On a busy machine it goes on for a while. */
	assert_int_equal(waitpid(s->server.process, NULL, WUNTRACED), s->server.process);
	assert_int_equal(put(s, 2), 0);
	assert_int_equal(put(s, 3), 0);
	assert_int_equal(flush(s), -ETIMEDOUT);
	assert_says(s, "does not acknowledge");
	/* For a while nobody is held up again. */
	assert_int_equal(put(s, 2), -ETIMEDOUT);
	kill(s->server.process, SIGCONT);
	nats_await_count(&s->server, 3);
	put_patiently(s, 2);
	assert_int_equal(put_flushed(s, 3), 0);
	assert_int_equal(put_flushed(s, 4), 0);
	assert_int_equal(nats_count(&s->server), 4);
	assert_event(s, 3, 3);
	assert_event(s, 4, 4);
}

static void credentials_are_read_and_wrong_ones_named(void **state)
{
	struct scene *s = *state;
	char options[128];

	nats_start(&s->server, "authorization { users = [ { user: gabion, password: \"a:b\" }, "
			       "{ user: reader, password: pw } ] }");
	s->server.login = "reader:pw@";
	nats_add_stream(&s->server, 0);
	snprintf(options, sizeof(options), ",host=web1,credentials=%s", s->out->path);
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), -ENOENT);
	assert_says(s, s->out->path);
	write_text(s->out->path, "gabion:wrong\n");
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), -ENOTCONN);
	assert_says(s, "uthorization");
	/* Mended, it needs no restart. */
	write_text(s->out->path, "gabion:a:b\n");
	put_patiently(s, 1);
	assert_int_equal(nats_count(&s->server), 1);
	assert_event(s, 1, 1);
}

static void token_is_another_kind_of_credentials(void **state)
{
	struct scene *s = *state;
	char options[128];

	nats_start(&s->server, "authorization { token: \"s3cret\" }");
	s->server.login = "s3cret@";
	nats_add_stream(&s->server, 0);
	snprintf(options, sizeof(options), ",host=web1,credentials=%s", s->out->path);
	write_text(s->out->path, "s3cret\n");
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), 0);
	assert_int_equal(nats_count(&s->server), 1);
}

/* What `nsc generate creds` writes, for a server that trusts an operator. */
static void file_of_a_jwt_and_its_key_is_another(void **state)
{
	struct scene *s = *state;
	char options[128];

	nats_start(&s->server, NATS_JWT_CONFIG);
	write_text(s->out->path, NATS_JWT_CREDENTIALS);
	s->server.credentials = s->out->path;
	nats_add_stream(&s->server, 0);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	assert_int_equal(put_flushed(s, 1), -ENOTCONN);
	snprintf(options, sizeof(options), ",host=web1,credentials=%s", s->out->path);
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), 0);
	assert_int_equal(nats_count(&s->server), 1);
	assert_event(s, 1, 1);
}

/* The server says so beside the acknowledgement that does not come. */
static void host_may_be_held_to_its_own_subjects(void **state)
{
	struct scene *s = *state;
	char options[128];

	nats_start(&s->server, "authorization { users = [ { user: gabion, password: pw, "
			       "permissions: { publish: \"gabion.web1.>\" } }, "
			       "{ user: reader, password: pw } ] }");
	s->server.login = "reader:pw@";
	nats_add_stream(&s->server, 0);
	write_text(s->out->path, "gabion:pw\n");
	snprintf(options, sizeof(options), ",host=web2,credentials=%s", s->out->path);
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), -ETIMEDOUT);
	assert_says(s, "Permissions Violation for Publish to \"gabion.web2.access\"");
	snprintf(options, sizeof(options), ",host=web1,credentials=%s", s->out->path);
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), 0);
	assert_int_equal(nats_count(&s->server), 1);
}

/* A key and its own certificate for localhost, in @s's folder. */
static void make_certificate(struct scene *s, const char *name)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
		 "-subj /CN=%s -addext subjectAltName=DNS:localhost -keyout %s/%s.key "
		 "-out %s/%s.pem 2>/dev/null", name, s->out->dir, name, s->out->dir, name);
	assert_int_equal(system(command), 0);
}

static void tls_server_is_held_against_the_certificates_given(void **state)
{
	struct scene *s = *state;
	char config[256], options[128];

	make_certificate(s, "server");
	make_certificate(s, "stranger");
	snprintf(config, sizeof(config), "tls { cert_file: \"%s/server.pem\", "
		 "key_file: \"%s/server.key\" }", s->out->dir, s->out->dir);
	nats_start(&s->server, config);
	snprintf(options, sizeof(options), ",host=web1,ca=%s/stranger.pem", s->out->dir);
	assert_int_equal(open_nats(s, options), 0);
	assert_int_equal(put_flushed(s, 1), -ENOTCONN);
	assert_says(s, "SSL");
	snprintf(options, sizeof(options), ",host=web1,ca=%s/server.pem", s->out->dir);
	assert_int_equal(open_nats(s, options), 0);
	/* As far as a server without streams goes. */
	assert_int_equal(put_flushed(s, 1), -ENOENT);
	assert_says(s, "no stream of JetStream");
	/* The certificate is not of this name. */
	snprintf(s->text, sizeof(s->text), "nats%s:tls://127.0.0.1:%d", options, s->server.port);
	assert_int_equal(output_open(s->out, s->text), 0);
	assert_int_equal(put_flushed(s, 1), -ENOTCONN);
	assert_says(s, "SSL");
}

/* It would never fit: something is said in its place, and what follows gets on. */
static void event_that_is_too_long_is_told_and_got_past(void **state)
{
	struct scene *s = *state;
	struct gabion_record record = {
		.instance = INSTANCE, .time = 5, .event = { .sequence = 12 },
	};
	static char line[8192];

	nats_start(&s->server, "max_payload: 4096");
	nats_add_stream(&s->server, 0);
	assert_int_equal(open_nats(s, ",host=web1"), 0);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	assert_int_equal(s->out->sink->ops->put(s->out->sink, &record, line, sizeof(line),
						&s->out->error), 0);
	assert_int_equal(put_flushed(s, 13), 0);
	nats_assert_message(&s->server, 1, "gabion.web1.malformed",
			    "web1-0000000000000abc-malformed-5",
			    "event 12, of 8192 bytes, is too long for NATS");
	assert_event(s, 2, 13);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(event_is_a_message_with_subject_and_id),
		TEST(event_that_comes_again_is_stored_once),
		TEST(host_is_told_by_a_hash_of_its_machine_id),
		TEST(without_a_stream_events_wait_in_the_spool),
		TEST(full_stream_is_an_error),
		TEST(without_a_server_nothing_is_taken_until_it_is_there),
		TEST(server_that_stands_still_is_an_error),
		TEST(credentials_are_read_and_wrong_ones_named),
		TEST(token_is_another_kind_of_credentials),
		TEST(file_of_a_jwt_and_its_key_is_another),
		TEST(host_may_be_held_to_its_own_subjects),
		TEST(tls_server_is_held_against_the_certificates_given),
		TEST(event_that_is_too_long_is_told_and_got_past),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
