// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's (docs/devel/tcg-plugins.rst there): what the processors of a guest's kernel do
 * between two marks, and which of their stores are to cache lines that another processor uses in
 * that time, too.  Those are what does not get faster with more processors: each takes the line
 * away from somebody.
 *
 * A mark is an instruction that loads MARK, less its last byte, into rax: 1 begins, 2 ends.  With
 * each end a section goes to the file that the plugin's argument out names:
 *
 *	instructions ADDRESS N		one that was executed so often
 *	store ADDRESS N			one that stored to shared lines so often
 *
 * By virtual addresses, of the kernel's half; 64 bytes a line.  QEMU 7.2, version 1 of its
 * interface, of which Debian has no header.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { NO_REGISTERS, LOADS_AND_STORES = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*f)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*f)(unsigned int, void *),
					    int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*f)(unsigned int, uint32_t, uint64_t, void *), int flags,
				      int rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(uint32_t info);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = 1;
EXPORTED int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

/* movabs $MARK, %rax */
static const uint8_t mark_code[] = { 0x48, 0xb8 };
static const uint8_t mark_name[] = { 'n', 'o', 'i', 'b', 'a', 'g', 0 };

#define LINE_BITS	6
#define TABLE_BITS	20
#define NO_LINE		1

/**
 * struct line - a cache line in one section
 * @number:	address without its lowest bits
 * @used:	bit for each processor that loaded from it or stored to it
 */
struct line {
	uint64_t number;
	uint32_t used;
};

/**
 * struct store - an instruction's stores to one line, or all that it did
 */
struct store {
	uint64_t line, instruction, times;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool counting;
static struct line lines[1 << TABLE_BITS];
static struct store stores[1 << TABLE_BITS];
/* Of each instruction, with the line NO_LINE, how often it was executed. */
static struct store executed[1 << TABLE_BITS];
static FILE *out;

static size_t place(uint64_t key)
{
	return key * 0x9e3779b97f4a7c15ULL >> (64 - TABLE_BITS);
}

static size_t next(size_t i)
{
	return (i + 1) & ((1 << TABLE_BITS) - 1);
}

/* A full table would be looked through for ever. */
static void must_have_room(size_t *n)
{
	if (++*n < (1 << TABLE_BITS) / 2)
		return;
	fprintf(stderr, "lines: more than there is room for\n");
	exit(1);
}

static size_t nlines, nstores, nexecuted;

static struct line *line_of(uint64_t number)
{
	size_t i = place(number);

	while (lines[i].number && lines[i].number != number)
		i = next(i);
	if (!lines[i].number)
		must_have_room(&nlines);
	lines[i].number = number;
	return &lines[i];
}

static struct store *store_in(struct store *table, size_t *n, uint64_t line, uint64_t instruction)
{
	size_t i = place(line ^ instruction << 17);

	while (table[i].line && (table[i].line != line || table[i].instruction != instruction))
		i = next(i);
	if (!table[i].line)
		must_have_room(n);
	table[i].line = line;
	table[i].instruction = instruction;
	return &table[i];
}

static void access_memory(unsigned int processor, uint32_t info, uint64_t address, void *instruction)
{
	uint64_t number = address >> LINE_BITS;

	if (!counting || !(address >> 63))
		return;
	pthread_mutex_lock(&lock);
	line_of(number)->used |= 1u << processor;
	if (qemu_plugin_mem_is_store(info))
		store_in(stores, &nstores, number, (uint64_t)instruction)->times++;
	pthread_mutex_unlock(&lock);
}

static void execute(unsigned int processor, void *instruction)
{
	(void)processor;
	if (!counting)
		return;
	pthread_mutex_lock(&lock);
	store_in(executed, &nexecuted, NO_LINE, (uint64_t)instruction)->times++;
	pthread_mutex_unlock(&lock);
}

static bool is_shared(uint64_t number)
{
	uint32_t used = line_of(number)->used;

	return used & (used - 1);
}

static void put_section(void)
{
	size_t i;

	fprintf(out, "section\n");
	for (i = 0; i < 1 << TABLE_BITS; i++)
		if (executed[i].line)
			fprintf(out, "instructions %lx %lu\n", executed[i].instruction, executed[i].times);
	for (i = 0; i < 1 << TABLE_BITS; i++)
		if (stores[i].line && is_shared(stores[i].line))
			fprintf(out, "store %lx %lu\n", stores[i].instruction, stores[i].times);
	fflush(out);
}

static void mark(unsigned int processor, void *end)
{
	(void)processor;
	pthread_mutex_lock(&lock);
	if (end && counting)
		put_section();
	counting = !end;
	memset(lines, 0, sizeof(lines));
	memset(stores, 0, sizeof(stores));
	memset(executed, 0, sizeof(executed));
	nlines = nstores = nexecuted = 0;
	pthread_mutex_unlock(&lock);
}

static bool is_mark(const struct qemu_plugin_insn *insn, const uint8_t *code)
{
	return qemu_plugin_insn_size(insn) == 10 && !memcmp(code, mark_code, sizeof(mark_code)) &&
	       !memcmp(code + 3, mark_name, sizeof(mark_name));
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *code = qemu_plugin_insn_data(insn);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (is_mark(insn, code))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, NO_REGISTERS, code[2] == 1 ? NULL : &out);
		if (!(address >> 63))
			continue;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, execute, NO_REGISTERS, (void *)address);
		qemu_plugin_register_vcpu_mem_cb(insn, access_memory, NO_REGISTERS, LOADS_AND_STORES, (void *)address);
	}
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "lines: usage: -plugin lines.so,out=FILE\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
