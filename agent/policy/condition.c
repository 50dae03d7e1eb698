// SPDX-License-Identifier: GPL-2.0
#include "condition.h"

#include "../common/cleanup.h"
#include "model.h"

/* From here on x32 has the compat entries of i386, which narrow a long to 32 bits. */
#define X32_COMPAT_FIRST 512U

static uint64_t low_bits(uint32_t bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

/* Is a negative @bits one of @width bits? */
static bool negative_fits(uint64_t bits, uint32_t width)
{
	return -bits <= 1ULL << (width - 1);
}

static bool resolve_term(struct gabion_model *m, const struct gabion_ast_term *t,
			 const struct gabion_parameter *p, struct gabion_value *value)
{
	const char *prefixes = p ? p->prefixes : NULL;
	cleanup_free char *nearest = NULL;
	const char *mend = "write a number, or a constant of the kernel's headers";

	if (t->text[0] >= '0' && t->text[0] <= '9') {
		*value = (struct gabion_value){.negative = t->negative};
		if (!gabion_number_parse(t->text, &value->bits) ||
		    (t->negative && value->bits > 1ULL << 63)) {
			model_error(m, &t->loc,
				    "numbers are decimal, 0x hexadecimal or 0o octal, of 64 bits",
				    "\"%s%s\" is not a number", t->negative ? "-" : "", t->text);
			return false;
		}
		value->negative &= !!value->bits;
		if (value->negative)
			value->bits = -value->bits;
		return true;
	}
	if (gabion_constant_find(t->text, value) ||
	    gabion_constant_find_short(t->text, prefixes, value))
		return true;
	nearest = gabion_constant_nearest(t->text, prefixes);
	if (nearest)
		mend = gabion_arena_printf(&m->arena, "did you mean `%s`?", nearest);
	model_error(m, &t->loc, mend, "unknown constant \"%s\"", t->text);
	return false;
}

static bool resolve_terms(struct gabion_model *m, const struct gabion_ast_term *terms,
			  const struct gabion_parameter *p, struct gabion_value *value)
{
	uint32_t bits = p ? p->bits : 64;
	const struct gabion_ast_term *t;

	*value = (struct gabion_value){};
	for (t = terms; t; t = t->next) {
		struct gabion_value one;

		if (!resolve_term(m, t, p, &one))
			return false;
		value->bits |= one.bits;
		value->negative |= one.negative;
	}
	if (value->negative ? negative_fits(value->bits, bits) : value->bits <= low_bits(bits))
		return true;
	model_error(
		m, &terms->loc,
		gabion_arena_printf(&m->arena,
				    "the kernel looks at %u bits of \"%s\"; `arg0` to `arg5` are "
				    "whole registers",
				    bits, p ? p->name : ""),
		"the number does not fit its parameter");
	return false;
}

static bool resolve_ranges(struct gabion_model *m, const struct gabion_ast_condition *ast,
			   const struct gabion_parameter *p, struct gabion_condition *c)
{
	uint64_t mask = low_bits(p ? p->bits : 64);
	const struct gabion_ast_range *r;

	for (r = ast->ranges; r; r = r->next)
		c->nranges++;
	c->ranges = gabion_arena_alloc(&m->arena, c->nranges * sizeof(*c->ranges));
	c->nranges = 0;
	for (r = ast->ranges; r; r = r->next) {
		struct gabion_value_range *v = &c->ranges[c->nranges++];

		if (!resolve_terms(m, r->low, p, &v->low))
			return false;
		v->high = v->low;
		if (r->high && !resolve_terms(m, r->high, p, &v->high))
			return false;
		if ((v->low.bits & mask) <= (v->high.bits & mask))
			continue;
		model_error(m, &r->low->loc,
			    "write the smaller number first; a negative one is a great one here",
			    "the range runs backwards");
		return false;
	}
	return true;
}

static bool resolve_test(struct gabion_model *m, const char *call,
			 const struct gabion_ast_condition *ast, struct gabion_condition *c)
{
	const struct gabion_call_parameters *known = call ? gabion_parameters_of(call) : NULL;
	const struct gabion_parameter *p;
	int index = gabion_parameter_find(known, ast->parameter.text, &p);

	if (index < 0) {
		cleanup_free char *list = gabion_parameter_list(known);

		model_error(m, &ast->parameter.loc, list, "unknown parameter \"%s\"",
			    ast->parameter.text);
		return false;
	}
	c->argument = index;
	c->bits = p ? p->bits : 0;
	c->masked = ast->mask;
	if (ast->mask && !resolve_terms(m, ast->mask, p, &c->mask))
		return false;
	return resolve_ranges(m, ast, p, c);
}

struct gabion_condition *gabion_condition_resolve(struct gabion_model *m, const char *call,
						  const struct gabion_ast_condition *ast)
{
	struct gabion_condition *c = gabion_arena_alloc(&m->arena, sizeof(*c));

	c->kind = ast->kind;
	if (ast->left)
		c->left = gabion_condition_resolve(m, call, ast->left);
	if (ast->right)
		c->right = gabion_condition_resolve(m, call, ast->right);
	if (!ast->left != !c->left || !ast->right != !c->right)
		return NULL;
	if (!ast->left && !resolve_test(m, call, ast, c))
		return NULL;
	return c;
}

/* A negative number has the width of what it is compared with, if it fits there. */
static uint64_t narrow(struct gabion_value value, uint32_t width)
{
	return value.negative && negative_fits(value.bits, width) ? value.bits & low_bits(width)
								  : value.bits;
}

static uint32_t width_of(const struct gabion_condition *c, uint32_t abi, uint32_t number)
{
	uint32_t width = c->bits ? c->bits : 64;
	bool compat = abi == GABION_ABI_I386 ||
		      (abi == GABION_ABI_X32 && number >= X32_COMPAT_FIRST && c->bits);

	return compat && width > 32 ? 32 : width;
}

static uint32_t compile_test(const struct gabion_condition *c, struct gabion_test_store *store,
			     uint32_t width, uint32_t on_true, uint32_t on_false)
{
	uint64_t mask = low_bits(width) & (c->masked ? narrow(c->mask, width) : UINT64_MAX);
	struct gabion_interval one, *v;
	uint32_t outcome;
	size_t i;

	if (c->kind != GABION_AST_IN) {
		uint64_t value = narrow(c->ranges[0].low, width);
		bool below = c->kind == GABION_AST_BELOW || c->kind == GABION_AST_AT_MOST;

		/* > is not <=, and >= is not <. */
		if (c->kind == GABION_AST_BELOW || c->kind == GABION_AST_AT_LEAST) {
			if (!value)
				return below ? on_false : on_true;
			value--;
		}
		one = (struct gabion_interval){0, value};
		return gabion_test_add(store, c->argument, mask, &one, 1,
				       below ? on_true : on_false, below ? on_false : on_true);
	}
	v = gabion_xcalloc(c->nranges, sizeof(*v));
	for (i = 0; i < c->nranges; i++)
		v[i] = (struct gabion_interval){narrow(c->ranges[i].low, width),
						narrow(c->ranges[i].high, width)};
	outcome = gabion_test_add(store, c->argument, mask, v, c->nranges, on_true, on_false);
	free(v);
	return outcome;
}

uint32_t gabion_condition_compile(const struct gabion_condition *c, struct gabion_test_store *store,
				  uint32_t abi, uint32_t number, uint32_t on_true,
				  uint32_t on_false)
{
	uint32_t outcome;

	switch (c->kind) {
	case GABION_AST_AND:
		outcome = gabion_condition_compile(c->right, store, abi, number, on_true, on_false);
		return gabion_condition_compile(c->left, store, abi, number, outcome, on_false);
	case GABION_AST_OR:
		outcome = gabion_condition_compile(c->right, store, abi, number, on_true, on_false);
		return gabion_condition_compile(c->left, store, abi, number, on_true, outcome);
	case GABION_AST_NOT:
		return gabion_condition_compile(c->left, store, abi, number, on_false, on_true);
	default:
		return compile_test(c, store, width_of(c, abi, number), on_true, on_false);
	}
}
