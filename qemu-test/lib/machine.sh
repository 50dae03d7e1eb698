# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The QEMU command line.

# machine_arguments RUN: fills the array MACHINE from the options (globals of vm) for the run folder RUN.
machine_arguments()
{
	local run=$1 port tag folder
	MACHINE=(qemu-system-x86_64 -nodefaults -no-user-config -display none -vga none -no-reboot
		-M q35 -m "$MEMORY" -smp "$CPUS" -kernel "$KERNEL" -initrd "$run/initrd"
		-append "$(kernel_command_line)"
		-chardev "file,id=console,path=$run/console.log" -serial chardev:console
		-chardev "pipe,id=monitor,path=$run/monitor" -mon 'chardev=monitor,mode=readline'
		-device virtio-serial-pci)
	for port in out err status log; do
		MACHINE+=(-chardev "file,id=$port,path=$run/$port" -device "virtserialport,chardev=$port,name=qt.$port")
	done
	if [ -n "$ICOUNT" ]; then
		# Sources of chance inside the machine: the random generator behind rdrand, and the wall clock.
		MACHINE+=(-accel 'tcg,thread=single' -icount 'shift=0,sleep=off' -seed 1 -rtc 'base=2026-01-01,clock=vm')
	elif [ "$ACCEL" = kvm ]; then
		MACHINE+=(-accel kvm)
	elif [ -n "$ROUND_ROBIN" ]; then
		# With a thread for each processor QEMU 7.2 can keep running its translation of an int3 that another
		# processor has patched away (text_poke): the kernel backs up, runs it again, for ever.
		MACHINE+=(-accel 'tcg,thread=single')
	else
		MACHINE+=(-accel 'tcg,thread=multi')
	fi
	MACHINE+=(-cpu "$CPU")
	[ -z "$PLUGIN" ] || MACHINE+=(-plugin "$PLUGIN")
	if [ -n "$HOST_ROOT" ]; then
		export_folder / root ,readonly=on
	else
		attach_disk root "$IMAGE"
	fi
	[ -z "$MODULES" ] || attach_disk modules "$MODULE_IMAGE"
	while read -r tag folder; do
		export_folder "$folder" "$tag" ''
	done <"$run/qt/shares"
}

attach_disk()
{
	MACHINE+=(-drive "if=none,id=$1,format=raw,readonly=on,file=$2" -device "virtio-blk-pci,drive=$1,serial=$1")
}

# Files keep their owners when this host's root runs it; another user cannot give files away.
export_folder()
{
	local folder=$1 tag=$2 more=$3 model=none
	[ "$(id -u)" -ne 0 ] || model=passthrough
	MACHINE+=(-fsdev "local,id=$tag,path=${folder//,/,,},security_model=$model,multidevs=remap$more"
		-device "virtio-9p-pci,fsdev=$tag,mount_tag=$tag")
}

# loglevel=5 lets warnings and worse through to the serial console, slow as it is; the rest is read at the end. A panic
# ends the run at once; sysrq from the keyboard is how a hung guest is asked what it waits for. maxcpus: guest/lib.
kernel_command_line()
{
	echo "console=ttyS0,115200 loglevel=5 log_buf_len=1M panic=-1 sysrq_always_enabled=1 maxcpus=1 ${ICOUNT:+nokaslr }${APPEND}"
}
