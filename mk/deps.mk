# SPDX-License-Identifier: GPL-2.0
# Everything that building (`make deps-build`) and testing need, as Debian packages by name. The module takes the headers
# of the running kernel as well, linux-headers-$(uname -r).

DEPS_BUILD := gcc gcc-12 make pkg-config flex bison libelf-dev \
	libnl-3-dev libnl-genl-3-dev libjansson-dev libsystemd-dev libcap-dev libdeflate-dev \
	libseccomp-dev libmicrohttpd-dev libnats-dev liblzma-dev
DEPS_TEST := qemu-system-x86 debootstrap mmdebstrap zstd \
	xz-utils util-linux kmod dpkg-dev curl ca-certificates linux-source-6.1 \
	nats-server openssl bc libssl-dev sparse graphviz clang-14 libclang-rt-14-dev \
	python3 python3-jsonschema libbpf-dev libcmocka-dev cpio erofs-utils busybox-static

SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

deps: DEPS := $(DEPS_BUILD) $(DEPS_TEST)
deps-build: DEPS := $(DEPS_BUILD)

# Asks apt only for what is missing, so that a second run needs no network.
deps deps-build:
	@missing=$$(for p in $(DEPS); do \
		dpkg-query -W -f='$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || \
			echo $$p; done); \
	if [ -n "$$missing" ]; then \
		echo "installing:" $$missing; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $$missing; \
	fi

.PHONY: deps deps-build
