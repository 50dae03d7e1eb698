// SPDX-License-Identifier: GPL-2.0
/* From a check's question to a verdict.  See decision.h. */
#include <linux/dcache.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include "audit.h"
#include "audit_repeat.h"
#include "core/ioctl.h"
#include "creator.h"
#include "decision.h"
#include "judgement.h"
#include "mount_kind.h"

bool gabion_subject_has(const struct gabion_subject *s, u32 flag)
{
	if (gabion_subject_is_free(s))
		return flag & GABION_DOMAIN_UNCONFINED;
	return s->known && (le32_to_cpu(gabion_policy_domain(s->policy, s->index)->flags) & flag);
}

/* Has its object one that a rule can be about, and not the end of one that is too long? */
static bool has_name(const struct gabion_event *event)
{
	return event->object && !(event->truncated & BIT_ULL(GABION_E_OBJECT));
}

/* Why what @event says is refused is not there. */
static u32 reason_of(const struct gabion_subject *s, const struct gabion_event *event)
{
	u32 klass = event->klass, label = event->label, refused = event->refused;
	const struct gabion_class_view *c;

	if (klass == GABION_CLASS_FILE &&
	    (label == GABION_LABEL_UNREACHABLE || (label == GABION_LABEL_NONE && !has_name(event))))
		return GABION_REASON_UNREACHABLE;
	if (!s->known)
		return GABION_REASON_SIGMA;
	c = &s->policy->view.classes[klass];
	if (gabion_matrix(c, c->deny, s->index, label) & refused)
		return GABION_REASON_DENY;
	if (gabion_matrix(c, c->allow, s->index, label) & refused)
		return GABION_REASON_LEVEL;
	return GABION_REASON_SIGMA;
}

static const char *resource_of(const struct gabion_subject *s, u32 klass, u32 label)
{
	const struct gabion_class_view *c;

	if (!s->policy)
		return NULL;
	c = &s->policy->view.classes[klass];
	if (!c->labels || label >= c->nlabels || !c->labels[label].nmembers)
		return NULL;
	return gabion_view_string(&s->policy->view, c->labels[label].name);
}

/* Record what @event says and turn it into the hook's answer. What leaves no record is refused. */
int gabion_conclude(const struct gabion_subject *s, struct gabion_event *event, int error)
{
	int answer = 0;

	event->type = GABION_EVENT_ACCESS;
	event->domain = s->number;
	event->policy = s->policy;
	event->generation = s->policy ? s->policy->generation : 0;
	if (!event->refused && !event->reason) {
		event->verdict = GABION_VERDICT_ALLOWED;
	} else if (gabion_subject_has(s, GABION_DOMAIN_COMPLAIN)) {
		event->verdict = GABION_VERDICT_COMPLAIN;
	} else {
		event->verdict = GABION_VERDICT_DENIED;
		answer = error;
	}
	return gabion_audit(event) ? answer : error;
}

/*
 * Judge label @label of a class with tables; @event holds klass, wanted and the
 * object's names. Inside the RCU section of @s.
 */
int gabion_judge(const struct gabion_subject *s, struct gabion_event *event, int error)
{
	const struct gabion_class_view *c;
	u32 klass = event->klass, label = event->label;

	/* The row of the matrix may be that of the host which is held. */
	if (gabion_subject_is_free(s))
		return 0;
	event->refused = event->wanted;
	if (s->known)
		event->refused &= ~gabion_policy_effective(s->policy, klass, s->index, label);
	if (s->known) {
		c = &s->policy->view.classes[klass];
		if (event->refused ? (gabion_matrix(c, c->quiet, s->index, label) & event->refused) ==
					     event->refused
				   : !(gabion_matrix(c, c->audit, s->index, label) & event->wanted))
			return event->refused && !gabion_subject_has(s, GABION_DOMAIN_COMPLAIN) ? error : 0;
	}
	if (event->refused && !event->reason)
		event->reason = reason_of(s, event);
	event->resource = resource_of(s, klass, label);
	return gabion_conclude(s, event, error);
}

/* Nothing could be looked up: refuse, and say so. */
int gabion_no_memory(enum gabion_hook_id hook, u16 domain, u32 wanted)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted,
		.refused = wanted,
		.reason = GABION_REASON_MEMORY,
		.target = GABION_NO_TARGET,
	};
	struct gabion_subject s;
	int err;

	rcu_read_lock();
	s = gabion_subject_of(domain);
	err = gabion_conclude(&s, &event, -ENOMEM);
	rcu_read_unlock();
	return err;
}

/*
 * What of @wanted is to be decided by name.  A layer of overlayfs that overlayfs
 * itself works on: nothing, it was decided on the stacked path. (fanotify can
 * hand a descriptor on a layer to its listener, who is then judged: a layer has
 * no name.) A pipe, a socket, a memfd: by who made it (creator.h); but code needs
 * a name.
 */
static u32 wanted_by_name(const struct path *path, u32 wanted)
{
	if (gabion_path_is_queue(path))
		return wanted;
	switch (gabion_mount_kind(path->mnt)) {
	case GABION_MOUNT_LAYER:
		return gabion_kernel_acts() ? 0 : wanted & ~GABION_FILE_STAT;
	case GABION_MOUNT_PSEUDO:
		return wanted & (GABION_FILE_EXECUTE | GABION_FILE_MAP);
	default:
		return wanted;
	}
}

/* What the record calls the object in @buffer; of a name that is too long, its end. */
static const char *name_in(const struct gabion_path_buffer *buffer, u32 attribute,
			   struct gabion_event *event)
{
	if (buffer->tail)
		event->truncated |= BIT_ULL(attribute);
	return buffer->tail ?: buffer->path;
}

/*
 * Judge @wanted, which is decided by name, on @path; leaves name, state and label in @buffer.
 * @repeats: see struct gabion_event.
 */
static int judge_name(const struct gabion_subject *s, enum gabion_hook_id hook,
		      const struct path *path, u32 wanted, struct gabion_path_buffer *buffer,
		      bool repeats)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted,
		.target = GABION_NO_TARGET,
		.repeats = repeats,
		.place = &buffer->place,
	};

	if (s->policy)
		event.label = gabion_path_label(s->policy, path, buffer);
	else
		gabion_path_name(path, buffer);
	event.object = name_in(buffer, GABION_E_OBJECT, &event);
	return wanted ? gabion_judge(s, &event, -EACCES) : 0;
}

/* Refused and not recorded, by what is cached: needs no name. */
static bool refused_quietly(u16 domain, const struct path *path, u32 wanted)
{
	const struct gabion_class_view *c;
	struct gabion_subject s;
	bool quiet = false;
	u32 refused;
	int label;

	preempt_disable_notrace();
	s = gabion_subject_of(domain);
	if (s.known && !gabion_subject_is_free(&s) &&
	    !gabion_subject_has(&s, GABION_DOMAIN_COMPLAIN)) {
		c = &s.policy->view.classes[GABION_CLASS_FILE];
		label = gabion_path_label_cached(s.policy, path);
		if (label >= 0) {
			refused = wanted & ~gabion_policy_effective(s.policy, GABION_CLASS_FILE,
								    s.index, label);
			quiet = refused && !(refused & ~gabion_matrix(c, c->quiet, s.index, label));
		}
	}
	preempt_enable_notrace();
	return quiet;
}

/* What an event about @path says already that waits to be read; see gabion_repeat(). */
static u32 repeated(enum gabion_hook_id hook, u16 domain, const struct path *path, u32 wanted,
		    u32 command)
{
	struct gabion_repeat_key key = {
		.domain = domain,
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted,
		.command = command,
	};
	const struct gabion_policy *policy;

	if (!gabion_repeat_is_on || !gabion_repeat_key_path(&key, path))
		return 0;
	preempt_disable_notrace();
	policy = rcu_dereference_sched(gabion_policy_in_force);
	key.generation = policy ? policy->generation : 0;
	preempt_enable_notrace();
	return gabion_repeat(&key, NULL, NULL);
}

static int decide_by_name(enum gabion_hook_id hook, u16 domain, const struct path *path,
			  u32 wanted, gfp_t gfp)
{
	struct gabion_path_buffer buffer;
	struct gabion_subject s;
	u32 verdict;
	int err;

	wanted = wanted_by_name(path, wanted);
	if (!wanted)
		return 0;
	verdict = repeated(hook, domain, path, wanted, 0);
	if (verdict)
		return verdict == GABION_VERDICT_DENIED ? -EACCES : 0;
	if (refused_quietly(domain, path, wanted))
		return -EACCES;
	if (gabion_path_buffer_get(&buffer, gfp))
		return gabion_no_memory(hook, domain, wanted);
	rcu_read_lock();
	s = gabion_subject_of(domain);
	err = judge_name(&s, hook, path, wanted, &buffer, true);
	rcu_read_unlock();
	gabion_path_buffer_put(&buffer);
	return err;
}

int gabion_decide_path_slow(enum gabion_hook_id hook, u16 domain, const struct path *path,
			    u32 wanted, gfp_t gfp)
{
	if (gabion_mount_kind(path->mnt) != GABION_MOUNT_PSEUDO || gabion_path_is_queue(path))
		return decide_by_name(hook, domain, path, wanted, gfp);
	return gabion_decide_together(
		gabion_decide_creator(hook, domain, path->dentry, wanted) ?:
		decide_by_name(hook, domain, path, wanted, gfp));
}

int gabion_decide_name(enum gabion_hook_id hook, const char *name, size_t length, u32 wanted)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted,
		.label = GABION_LABEL_NONE,
		.object = name,
		.target = GABION_NO_TARGET,
	};
	const struct gabion_dfa *dfa;
	struct gabion_subject s;
	int err;

	rcu_read_lock();
	s = gabion_subject_of(gabion_task_label(current));
	if (s.policy) {
		dfa = &s.policy->view.classes[GABION_CLASS_FILE].dfa;
		event.label = gabion_dfa_label(dfa, name, length);
	}
	err = gabion_judge(&s, &event, -EACCES);
	rcu_read_unlock();
	return err;
}

int gabion_decide_nameless(enum gabion_hook_id hook, u32 label, u32 wanted)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted,
		.label = label,
		.target = GABION_NO_TARGET,
	};
	struct gabion_subject s;
	int err;

	rcu_read_lock();
	s = gabion_subject_of(gabion_task_label(current));
	err = gabion_judge(&s, &event, -EACCES);
	rcu_read_unlock();
	return err;
}

/* A single command is granted by a range beside the matrix; recorded if the matrix says so. */
static int judge_command(const struct gabion_subject *s, struct gabion_event *event)
{
	const struct gabion_class_view *c;

	if (s->known && gabion_ioctl_listed(&s->policy->view, s->index, event->label,
					    event->command)) {
		if (gabion_ioctl_listed_for(&s->policy->view, s->index, event->label,
					    event->command)) {
			c = &s->policy->view.classes[GABION_CLASS_FILE];
			if (!(gabion_matrix(c, c->audit, s->index, event->label) &
			      GABION_FILE_IOCTL))
				return 0;
			event->resource = resource_of(s, GABION_CLASS_FILE, event->label);
			return gabion_conclude(s, event, -EACCES);
		}
		event->reason = GABION_REASON_LEVEL;
	}
	return gabion_judge(s, event, -EACCES);
}

static noinline int decide_ioctl_slow(enum gabion_hook_id hook, u16 domain, const struct path *path,
				      u32 command)
{
	struct gabion_path_buffer buffer;
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = GABION_FILE_IOCTL,
		.command = command,
		.target = GABION_NO_TARGET,
		.repeats = true,
		.place = &buffer.place,
	};
	struct gabion_subject s;
	u32 verdict;
	int err;

	verdict = repeated(hook, domain, path, GABION_FILE_IOCTL, command);
	if (verdict)
		return verdict == GABION_VERDICT_DENIED ? -EACCES : 0;
	if (gabion_path_buffer_get(&buffer, GFP_KERNEL))
		return gabion_no_memory(hook, domain, GABION_FILE_IOCTL);
	rcu_read_lock();
	s = gabion_subject_of(domain);
	if (s.policy)
		event.label = gabion_path_label(s.policy, path, &buffer);
	else
		gabion_path_name(path, &buffer);
	event.object = name_in(&buffer, GABION_E_OBJECT, &event);
	err = judge_command(&s, &event);
	rcu_read_unlock();
	gabion_path_buffer_put(&buffer);
	return err;
}

int gabion_decide_ioctl(enum gabion_hook_id hook, const struct path *path, u32 command)
{
	u32 wanted = gabion_ioctl_permission(command);
	u16 domain = gabion_task_label(current);

	/* Of a memfd that was opened for reading they can be set as well. */
	if (gabion_ioctl_sets_flags(command) && gabion_mount_kind(path->mnt) == GABION_MOUNT_PSEUDO)
		wanted = GABION_FILE_SETATTR;
	if (wanted != GABION_FILE_IOCTL)
		return wanted ? gabion_decide_path(hook, path, wanted, GFP_KERNEL) : 0;
	if (!wanted_by_name(path, GABION_FILE_IOCTL) ||
	    gabion_path_granted(domain, path, GABION_FILE_IOCTL))
		return 0;
	return decide_ioctl_slow(hook, domain, path, command);
}

/* Same name as far as any rule can tell? Inside the RCU section of @policy. */
static bool same_label(const struct gabion_policy *policy, const struct gabion_path_buffer *from,
		       const struct gabion_path_buffer *to, bool below)
{
	const struct gabion_dfa *dfa = &policy->view.classes[GABION_CLASS_FILE].dfa;

	if (!from->path || !to->path)
		return false;
	if (below && gabion_dfa_walk(dfa, from->state, "/", 1) !=
			     gabion_dfa_walk(dfa, to->state, "/", 1))
		return false;
	return dfa->accept[from->state] == dfa->accept[to->state];
}

/* May the label change? @from and @to as judge_name() left them. */
static int judge_relabel(const struct gabion_subject *s, enum gabion_hook_id hook, u32 wanted,
			 const struct gabion_path_buffer *from,
			 const struct gabion_path_buffer *to, bool below)
{
	struct gabion_event event = {
		.hook = hook,
		.klass = GABION_CLASS_FILE,
		.wanted = wanted | GABION_FILE_RELABEL,
		.refused = GABION_FILE_RELABEL,
		.reason = GABION_REASON_RELABEL,
		.label = GABION_LABEL_NONE,
		.target = GABION_NO_TARGET,
	};

	if (gabion_subject_is_free(s))
		return 0;
	event.object = name_in(from, GABION_E_OBJECT, &event);
	event.object2 = name_in(to, GABION_E_OBJECT2, &event);
	if (s->policy) {
		if (same_label(s->policy, from, to, below))
			return 0;
		event.label = from->label;
	}
	if (s->known && (gabion_policy_effective(s->policy, GABION_CLASS_FILE, s->index,
						 event.label) & GABION_FILE_RELABEL))
		return 0;
	event.resource = resource_of(s, GABION_CLASS_FILE, event.label);
	return gabion_conclude(s, &event, -EACCES);
}

/* One policy, and one look at each name, for all that is asked. */
int gabion_decide_move(enum gabion_hook_id hook, const struct path *from, u32 wanted_from,
		       const struct path *to, u32 wanted_to, bool below)
{
	struct gabion_path_buffer old = {}, new = {};
	u16 domain = gabion_task_label(current);
	struct gabion_subject s;
	int err;

	if (gabion_path_buffer_get(&old, GFP_KERNEL) || gabion_path_buffer_get(&new, GFP_KERNEL)) {
		err = gabion_no_memory(hook, domain, wanted_from);
		goto out;
	}
	rcu_read_lock();
	s = gabion_subject_of(domain);
	err = judge_name(&s, hook, from, wanted_by_name(from, wanted_from), &old, false) ?:
	      judge_name(&s, hook, to, wanted_by_name(to, wanted_to), &new, false) ?:
	      judge_relabel(&s, hook, wanted_from, &old, &new, below);
	rcu_read_unlock();
out:
	gabion_path_buffer_put(&old);
	gabion_path_buffer_put(&new);
	return err;
}
