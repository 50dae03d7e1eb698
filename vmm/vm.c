// SPDX-License-Identifier: GPL-2.0
#include "vm.h"

#include <errno.h>
#include <stdlib.h>

#include "../agent/common/cleanup.h"
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
	int err;

	err = gabion_machine_create(machine, config->vcpus, config->memory_mib << 20, vm->control,
				    vm->end, error);
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
	return gabion_machine_start(machine, vm->filters, error);
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
	err = gabion_net_limit(gabion_devices_net(vm->machine, config, n), &config->nets[n], error);
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
};
