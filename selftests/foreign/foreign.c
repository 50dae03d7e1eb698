// SPDX-License-Identifier: GPL-2.0
/*
 * A real program without a C library, so that it can be built for each ABI: with
 * -m32, -mx32, or neither.  Makes the syscall whose number it is given, with
 * 0xfffffff0 as its first argument, and exits with the errno that it answers, or 0.
 *
 * usage: foreign NUMBER
 */

#if defined(__i386__)
#define EXIT	1
#elif defined(__ILP32__)
#define EXIT	(0x40000000 | 60)
#else
#define EXIT	60
#endif

#ifdef __i386__
static long call(long number, long argument)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument), "c"(0), "d"(0)
		     : "memory");
	return result;
}
#else
static long call(unsigned int number, unsigned long argument)
{
	long long result;

	asm volatile("syscall" : "=a"(result)
		     : "a"(number), "D"((unsigned long long)argument), "S"(0ULL), "d"(0ULL)
		     : "rcx", "r11", "memory");
	return result;
}
#endif

__attribute__((used)) _Noreturn void begin(char **argv)
{
	const char *digit = argv[1];
	long number = 0, result;

	while (*digit)
		number = number * 10 + *digit++ - '0';
	result = call(number | (EXIT & 0x40000000), 0xfffffff0UL);
	for (;;)
		call(EXIT, result < 0 ? -result & 0xff : 0);
}

/* At the entry the stack holds argc and then argv. */
#if defined(__i386__)
asm(".globl _start\n_start:\n	lea 4(%esp), %eax\n	push %eax\n	call begin\n");
#elif defined(__ILP32__)
asm(".globl _start\n_start:\n	lea 4(%rsp), %edi\n	and $-16, %rsp\n	call begin\n");
#else
asm(".globl _start\n_start:\n	lea 8(%rsp), %rdi\n	and $-16, %rsp\n	call begin\n");
#endif
