# SPDX-License-Identifier: GPL-2.0
# The policy compiler, a part of libgabion.a (mk/agent.mk, which also says how parser.y and lexer.l
# are made into C).
POLICY_SOURCES := $(addprefix agent/policy/, \
	administer.c automata.c call_rules.c call_sets.c comb.c commands.c compile.c condition.c \
	dfa.c diag.c domains.c doubt.c emit.c endpoint.c expect.c facts.c filter_table.c \
	filter_uring.c filters.c glob.c glob_set.c \
	ioctls.c items.c labels.c levels.c limits.c mem.c minimise.c names.c nfa.c order.c outcome.c \
	pair_index.c parse.c partition.c pattern.c places.c product.c query.c query_call.c query_ioctl.c query_limit.c resources.c \
	rules.c signature.c source.c strmap.c suggest.c syntax_error.c syscall_constants.c syscall_names.c \
	syscall_params.c tables.c test_store.c test_walk.c transition.c tree.c tree_calls.c \
	tree_if.c use.c variables.c warn.c warn_objects.c warn_rules.c witness.c words.c \
	lexer.l parser.y)
