// SPDX-License-Identifier: GPL-2.0
#include "vm.h"

#include <errno.h>
#include <stdlib.h>

#include "../agent/common/cleanup.h"
#include "boot/image.h"
#include "devices.h"
#include "machine.h"

enum gabion_vm_state gabion_vm_state(const struct gabion_vm *vm)
{
	if (!vm->machine)
		return GABION_VM_NOT_STARTED;
	return vm->machine->pause.wanted ? GABION_VM_PAUSED : GABION_VM_RUNNING;
}

static int start(struct gabion_vm *vm, const struct gabion_config *config,
		 struct gabion_error *error)
{
	cleanup_free char *cmdline = gabion_config_cmdline(config);
	struct gabion_machine *machine = vm->machine;
	const struct gabion_machine_options options = { .vcpus = config->vcpus,
							.memory = config->memory_mib << 20,
							.contents = -1,
							.track = config->track_dirty_pages };
	int err;

	err = gabion_machine_create(machine, &options, vm->control, vm->end, error);
	if (!err && !cmdline)
		err = gabion_error_set(error, -ENOMEM, "out of memory");
	if (!err && vm->boot_timer)
		gabion_machine_add_boot_timer(machine);
	if (!err)
		err = gabion_devices_attach(machine, config, error);
	if (!err)
		err = gabion_machine_load(machine, config->kernel, config->initrd, cmdline, error);
	if (err)
		return err;
	gabion_terminal_set(&vm->terminal);
	return gabion_machine_start(machine, false, vm->filters, error);
}

int gabion_vm_start(struct gabion_vm *vm, const struct gabion_config *config,
		    struct gabion_error *error)
{
	int err;

	vm->machine = calloc(1, sizeof(*vm->machine));
	if (!vm->machine)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = start(vm, config, error);
	if (err)
		gabion_vm_stop(vm);
	return err;
}

/* A file of exactly the memory's size: a shorter one would end the process when it is read. */
static int open_contents(const char *path, uint64_t size, struct gabion_image *image,
			 struct gabion_error *error)
{
	int err = gabion_image_open(image, path, error);

	if (err || image->size == size)
		return err;
	gabion_image_close(image);
	return gabion_error_set(error, -EINVAL,
				"%s has %llu bytes, and the snapshot's memory %llu: it is another "
				"one, or was cut short",
				path, (unsigned long long)image->size, (unsigned long long)size);
}

static int create_from(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		       const struct gabion_config *config, struct gabion_error *error)
{
	struct gabion_machine_options options = { .vcpus = config->vcpus,
						  .memory = config->memory_mib << 20,
						  .track = source->track };
	struct gabion_image contents;
	int err = open_contents(source->memory, options.memory, &contents, error);

	if (err)
		return err;
	options.contents = contents.fd;
	vm->machine = calloc(1, sizeof(*vm->machine));
	if (vm->machine)
		err = gabion_machine_create(vm->machine, &options, vm->control, vm->end, error);
	else
		err = gabion_error_set(error, -ENOMEM, "out of memory");
	gabion_image_close(&contents);
	if (!err && vm->boot_timer)
		gabion_machine_add_boot_timer(vm->machine);
	return err ? err : gabion_devices_attach(vm->machine, config, error);
}

static int load(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		const struct gabion_config *config, struct gabion_state *state,
		struct gabion_error *error)
{
	int err = create_from(vm, source, config, error);

	if (!err && gabion_snapshot_load(vm->machine, state, error))
		err = gabion_error_prefix(error, "%s", source->state);
	if (err)
		return err;
	gabion_terminal_set(&vm->terminal);
	err = gabion_machine_start(vm->machine, true, vm->filters, error);
	if (!err)
		err = gabion_machine_wake(vm->machine, error);
	if (!err && source->resume)
		gabion_machine_resume(vm->machine);
	return err;
}

int gabion_vm_load(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		   struct gabion_config *config, struct gabion_error *error)
{
	struct gabion_config next = { .json = json_incref(config->json) };
	struct gabion_state state = { 0 };
	int err = gabion_snapshot_open(&state, source, &next, error);

	if (!err)
		err = load(vm, source, &next, &state, error);
	gabion_state_free(&state);
	if (err) {
		gabion_vm_stop(vm);
		gabion_config_free(&next);
		return err;
	}
	gabion_config_free(config);
	*config = next;
	return 0;
}

int gabion_vm_turn(struct gabion_vm *vm)
{
	int n;

	if (vm->machine)
		return gabion_machine_turn(vm->machine);
	n = gabion_loop_turn(vm->control, -1);
	return n < 0 ? n : 0;
}

void gabion_vm_stop(struct gabion_vm *vm)
{
	if (!vm->machine)
		return;
	gabion_machine_destroy(vm->machine);
	gabion_terminal_restore(&vm->terminal);
	free(vm->machine);
	vm->machine = NULL;
}

static void pause_vm(struct gabion_vm *vm)
{
	gabion_machine_pause(vm->machine);
}

static void resume_vm(struct gabion_vm *vm)
{
	gabion_machine_resume(vm->machine);
}

static int press_ctrl_alt_del(struct gabion_vm *vm)
{
	int err;

	pthread_mutex_lock(&vm->machine->loop.lock);
	err = gabion_i8042_ctrl_alt_del(&vm->machine->i8042);
	pthread_mutex_unlock(&vm->machine->loop.lock);
	return err;
}

static int update_drive(struct gabion_vm *vm, const struct gabion_config *config, unsigned int n,
			bool reopen, struct gabion_error *error)
{
	int err;

	pthread_mutex_lock(&vm->machine->loop.lock);
	err = gabion_block_update(gabion_devices_drive(vm->machine, n), &config->drives[n].options,
				  reopen, error);
	pthread_mutex_unlock(&vm->machine->loop.lock);
	return err;
}

static int update_net(struct gabion_vm *vm, const struct gabion_config *config, unsigned int n,
		      struct gabion_error *error)
{
	int err;

	pthread_mutex_lock(&vm->machine->loop.lock);
	err = gabion_net_limit(gabion_devices_net(vm->machine, n), &config->nets[n], error);
	pthread_mutex_unlock(&vm->machine->loop.lock);
	return err;
}

static void resize_balloon(struct gabion_vm *vm, const struct gabion_config *config)
{
	pthread_mutex_lock(&vm->machine->loop.lock);
	gabion_balloon_resize(gabion_devices_balloon(vm->machine), config->balloon.mib);
	pthread_mutex_unlock(&vm->machine->loop.lock);
}

static void poll_balloon(struct gabion_vm *vm, const struct gabion_config *config)
{
	pthread_mutex_lock(&vm->machine->loop.lock);
	gabion_balloon_set_interval(gabion_devices_balloon(vm->machine),
				    config->balloon.stats_interval_s);
	pthread_mutex_unlock(&vm->machine->loop.lock);
}

static void read_balloon(struct gabion_vm *vm, struct gabion_balloon_stats *stats)
{
	pthread_mutex_lock(&vm->machine->loop.lock);
	gabion_balloon_read(gabion_devices_balloon(vm->machine), stats);
	pthread_mutex_unlock(&vm->machine->loop.lock);
}

static int save(struct gabion_vm *vm, const struct gabion_config *config,
		const struct gabion_snapshot_target *target, struct gabion_error *error)
{
	int err;

	pthread_mutex_lock(&vm->machine->loop.lock);
	err = gabion_snapshot_save(vm->machine, config, target, error);
	pthread_mutex_unlock(&vm->machine->loop.lock);
	return err;
}

const struct gabion_vm_ops gabion_vm_ops = {
	.state = gabion_vm_state,
	.start = gabion_vm_start,
	.pause = pause_vm,
	.resume = resume_vm,
	.press_ctrl_alt_del = press_ctrl_alt_del,
	.update_drive = update_drive,
	.update_net = update_net,
	.resize_balloon = resize_balloon,
	.poll_balloon = poll_balloon,
	.read_balloon = read_balloon,
	.save = save,
	.load = gabion_vm_load,
};
