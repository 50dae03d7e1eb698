# SPDX-License-Identifier: GPL-2.0
# What is installed where; uninstall takes away just that.

# What `uname -r` says on that kernel; Debian's kernelrelease is another number.
RELEASE ?= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
MODULE_DIR := /lib/modules/$(RELEASE)/extra
POLICIES := $(wildcard policies/*.gabion)
ABSTRACTIONS := $(wildcard policies/abstractions/*.gabion)
CALL_SETS := $(wildcard policies/syscalls/*.gabion)
OPTIONAL := $(wildcard policies/optional/*.gabion)
MAN5 := $(wildcard man/*.5)
MAN8 := $(wildcard man/*.8)
# What the manual pages refer to.
DOCS := $(wildcard docs/*.md) SECURITY.md
DOC_DIR := $(DESTDIR)$(PREFIX)/share/doc/gabion

install: all
	install -D -m 644 $(B)/module/gabion.ko $(DESTDIR)$(MODULE_DIR)/gabion.ko
	$(MAKE) install-agent
	install -D -m 755 $(B)/vmm/gabion-vmm $(DESTDIR)$(PREFIX)/bin/gabion-vmm
	@if [ -z "$(DESTDIR)" ]; then depmod $(RELEASE); systemctl daemon-reload || true; fi
	@if [ -z "$(DESTDIR)" ] && [ "$(RELEASE)" != "$$(uname -r)" ]; then \
		echo "note: the module is for $(RELEASE), and this kernel is $$(uname -r), which will not find it;"; \
		echo "for this one: apt install linux-headers-$$(uname -r), then make, make install"; \
	else \
		echo "installed; start with: systemctl enable --now gabiond"; \
	fi

# What `gabion vm run` boots; not in install, as its kernel takes minutes to build.
install-guest: guest
	for f in vmlinux initrd rootfs.erofs; do \
		install -D -m 644 $(GUEST)/$$f $(DESTDIR)$(PREFIX)/lib/gabion/guest/$$f; \
	done

# Policies are configuration: one that the administrator has changed stays.
install-agent: agent
	install -D -m 755 $(B)/agent/gabion $(DESTDIR)$(PREFIX)/bin/gabion
	install -D -m 755 $(B)/agent/gabiond $(DESTDIR)$(PREFIX)/sbin/gabiond
	install -D -m 644 agent/daemon/gabiond.service \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/gabiond.service
	install -D -m 644 docs/event.schema.json \
		$(DESTDIR)$(PREFIX)/share/gabion/event.schema.json
	install -d -m 755 $(DESTDIR)$(SYSCONFDIR)/gabion/policy.d/abstractions \
		$(DESTDIR)$(SYSCONFDIR)/gabion/policy.d/syscalls \
		$(DESTDIR)$(SYSCONFDIR)/gabion/policy.d/optional
	for p in $(POLICIES:policies/%=%) $(ABSTRACTIONS:policies/%=%) $(CALL_SETS:policies/%=%) \
			$(OPTIONAL:policies/%=%); do \
		target=$(DESTDIR)$(SYSCONFDIR)/gabion/policy.d/$$p; \
		if [ -e "$$target" ] && ! cmp -s "policies/$$p" "$$target"; then \
			install -m 644 "policies/$$p" "$$target.new"; \
			echo "kept your $$target, ours is $$target.new"; \
		else \
			install -m 644 "policies/$$p" "$$target"; \
		fi; \
	done
	for m in $(MAN5); do install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man5/$${m#man/}; done
	for m in $(MAN8); do install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man8/$${m#man/}; done
	install -d -m 755 $(DOC_DIR)
	install -m 644 $(DOCS) $(DOC_DIR)

# The module of every kernel that it was installed for; those of DKMS are DKMS's.
uninstall:
	@for ko in $(DESTDIR)/lib/modules/*/extra/gabion.ko; do \
		[ -e "$$ko" ] || continue; \
		rm -f "$$ko" && echo "removed $$ko" && release=$${ko%/extra/gabion.ko} && \
		if [ -z "$(DESTDIR)" ]; then depmod $${release##*/}; fi || exit 1; \
	done
	rm -f $(DESTDIR)$(PREFIX)/bin/gabion \
		$(DESTDIR)$(PREFIX)/bin/gabion-vmm $(DESTDIR)$(PREFIX)/sbin/gabiond \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/gabiond.service \
		$(DESTDIR)$(PREFIX)/share/gabion/event.schema.json \
		$(addprefix $(DESTDIR)$(PREFIX)/lib/gabion/guest/,vmlinux initrd rootfs.erofs) \
		$(MAN5:man/%=$(DESTDIR)$(PREFIX)/share/man/man5/%) \
		$(MAN8:man/%=$(DESTDIR)$(PREFIX)/share/man/man8/%)
	rm -rf $(DOC_DIR)
	@if [ -z "$(DESTDIR)" ]; then systemctl daemon-reload || true; fi
	@echo "left alone: $(DESTDIR)$(SYSCONFDIR)/gabion with the policies, $(DESTDIR)/var/lib/gabion"

# stage-6.1: what a VM on that kernel gets, as a DESTDIR tree.
stage-%: module-% agent
	release=$$(qemu-test/kernel-release $*) && rm -rf $(B)/stage/$$release/etc && \
	$(MAKE) install-agent DESTDIR=$(CURDIR)/$(B)/stage/$$release PREFIX=/usr SYSCONFDIR=/etc > /dev/null

.PHONY: install install-agent install-guest uninstall
