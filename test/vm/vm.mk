# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests that boot kernels, in test/vm (its README.md tells more):
#
#   sudo make deps-vm check-vm      linux-8 and xen
#   make check-vm M=xen             one machine, or several
#   make check-vm T='who show-*'    some checks, by name or glob, each on those machines that it is for
#   make check-vm-self              does the test bed notice a kernel that panics, or hangs?
#   make check-vm-all               every machine, long checks too

.PHONY: deps-vm check-vm check-vm-all check-vm-self

VM_PACKAGES = qemu-system-x86 iproute2 util-linux cpio xz-utils zstd jq mmdebstrap
VM_ALL = $(filter-out self-%,$(notdir $(wildcard test/vm/machines/*)))
VM_FIRST = $(filter deps-vm,$(MAKECMDGOALS))

deps-vm: deps ## install what check-vm needs, and fetch kernels
	@for p in qemu-system-x86_64 ip unshare cpio xz zstd jq mmdebstrap; do \
		command -v $$p >/dev/null || exec sh -c '"$$@" || { apt-get -q update && "$$@"; }' deps \
			env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 install \
			--no-install-recommends $(VM_PACKAGES); \
	done
	@test/vm/run --fetch $(M)

# Nothing is compiled before the packages are there, with -j neither.
$(LIB_OBJS) $(CMD_OBJS) $(foreach n,LIB CMD,$(B)/$(n).cflags $(B)/$(n).libs): | $(VM_FIRST)

check-vm: all $(B)/test/example/samples | $(VM_FIRST) ## boot kernels and test on them: M="MACHINE...", T="CHECK..."
	@IRQKIT='$(abspath $(PROGRAM))' test/vm/run --check='$(or $(T),*)' $(M)

check-vm-all: all $(B)/test/example/samples | $(VM_FIRST) ## the same on every machine, long checks too
	@IRQKIT='$(abspath $(PROGRAM))' test/vm/run --long --check='$(or $(T),*)' $(VM_ALL)

check-vm-self: all | $(VM_FIRST) ## does the test bed notice a kernel that panics or hangs?
	@IRQKIT='$(abspath $(PROGRAM))' test/vm/self-test

lint: lint-vm
.PHONY: lint-vm
lint-vm:
	@cd test/vm && shellcheck -x run self-test lib/* machines/* && shellcheck -x -s dash guest/* checks/*
