# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit: one library (lib/), one program (cmd/), its tests (test/).
#
#   make deps try         install what is needed, build, and preview a spread on this machine
#   make help             list all targets: each line "TARGET: ... ## TEXT" of this file
#
# Honoured: CC PKG_CONFIG CFLAGS CPPFLAGS LDFLAGS DESTDIR PREFIX SBINDIR LIBDIR ..., and O=DIR to put
# everything that is made there instead of here (make O=build/asan CFLAGS=-fsanitize=address).

VERSION   = 0.1.0
SOVERSION = 0

O = .
B = $(O)/build
$(if $(filter 1,$(words $(O))),,$(error O='$(O)' has a space in it: make cannot work in such a folder))

# `sudo make deps try` installs as root. What it builds and runs in the user's own tree is built
# and run as that user, whose next `make` can then write there.
ifneq ($(SUDO_UID),)
ifeq ($(shell id -u):$(shell stat -c %u .),0:$(SUDO_UID))
ifneq ($(shell command -v setpriv),)
SHELL := setpriv --reuid=$(SUDO_UID) --regid=$(SUDO_GID) --clear-groups sh
deps deps-check deps-ci deps-deb deps-release deps-ecosystem deps-vm check-vm check-vm-self check-portable install uninstall clean: private SHELL = /bin/sh
endif
endif
endif

CFLAGS   ?= -O2 -g
CLANG    ?= clang
PKG_CONFIG ?= pkg-config
PREFIX   ?= /usr/local
SBINDIR  ?= $(PREFIX)/sbin
LIBDIR   ?= $(PREFIX)/lib
INCDIR   ?= $(PREFIX)/include
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
BASHDIR  ?= $(DATADIR)/bash-completion/completions
ZSHDIR   ?= $(DATADIR)/zsh/site-functions
FISHDIR  ?= $(DATADIR)/fish/vendor_completions.d
EXAMPLEDIR ?= $(DATADIR)/doc/irqkit/examples
SCHEMADIR ?= $(DATADIR)/irqkit
# With PREFIX=/usr, ansible finds it without being told.
ANSIBLEDIR ?= $(DATADIR)/ansible/collections/ansible_collections/irqkit/irqkit

# What is compiled against, by pkg-config name. The program loads jansson, libsmartcols and ncurses when
# a run needs them, which most short runs do not; with ON_DEMAND=no it is linked with them.
ON_DEMAND ?= yes
LIB_NEEDS = libmnl
CMD_NEEDS = popt jansson smartcols ncursesw
CMD_LINKED = $(if $(filter no,$(ON_DEMAND)),$(CMD_NEEDS),popt)
TEST_NEEDS = cmocka

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
       -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat-security -Wimplicit-fallthrough
# Sizes and times have 64 bits on every machine: a root that was saved elsewhere may hold more.
WIDE = -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
# The folder of the build is not in what is built: two builds have the same bytes.
map  = '-ffile-prefix-map=$(subst ','\'',$1)=.'
HERE = $(call map,$(CURDIR)) $(call map,$(abspath $(O)))
BASE = -std=gnu11 $(WARN) -D_GNU_SOURCE $(WIDE) -DIRQKIT_VERSION='"$(VERSION)"' $(HERE) -MMD -MP $(CPPFLAGS)

# Includes are by path from lib/ or cmd/. The program sees lib/include only, so that it cannot
# reach what the library hides.
LIB_CFLAGS  = $(BASE) -Ilib/include -Ilib -fPIC -fvisibility=hidden $(CFLAGS)
CMD_CFLAGS  = $(BASE) -Ilib/include -Icmd -I$(B)/cmd $(if $(filter no,$(ON_DEMAND)),-DLINKS_ALL) $(CFLAGS)
TEST_CFLAGS = $(BASE) -Ilib/include -Ilib -Icmd -DROOTS='"$(ROOTS)/"' $(CFLAGS)

# With -flto, a variable that is set only when a call succeeds looks unset after an assertion.
TEST_CFLAGS += -Wno-unknown-warning-option -Wno-maybe-uninitialized

NO_UNDEFINED = -Wl,-z,defs
SO_LDFLAGS = -shared -Wl,-soname,$(SONAME) -Wl,--version-script=lib/irqkit.sym \
             $(NO_UNDEFINED) $(LDFLAGS)

LIB_SRCS   = $(sort $(wildcard lib/*/*.c))
CMD_SRCS   = $(sort $(wildcard cmd/*.c cmd/*/*.c))
UNIT_SRCS  = $(sort $(wildcard test/unit/test_*.c))
FUZZ_SRCS  = $(sort $(wildcard test/fuzz/fuzz_*.c))
BENCH_SRCS = $(sort $(wildcard test/bench/*.c))
TOOL_SRCS  = $(sort $(wildcard test/tool/*.c))
EXAMPLE_SRCS = $(sort $(wildcard test/example/*.c))
LIB_OBJS   = $(LIB_SRCS:%.c=$(B)/%.o)
FUZZ_OBJS  = $(LIB_SRCS:lib/%.c=$(B)/fuzz/%.o)
CMD_OBJS   = $(CMD_SRCS:%.c=$(B)/%.o)
UNITS      = $(UNIT_SRCS:%.c=$(B)/%)
REPLAYS    = $(FUZZ_SRCS:%.c=$(B)/%-replay)
FUZZERS    = $(FUZZ_SRCS:%.c=$(B)/%-libfuzzer)
BENCHES    = $(BENCH_SRCS:%.c=$(B)/%)
TOOLS      = $(TOOL_SRCS:%.c=$(B)/%)
EXAMPLES   = $(EXAMPLE_SRCS:%.c=$(B)/%)
ROOT_FILES = $(sort $(wildcard test/roots/*.root))
ROOTS      = $(B)/roots

# The file has the version in its name; the links are what programs load, and what they are
# linked with.
SOFILE  = $(O)/libirqkit.so.$(VERSION)
SONAME  = libirqkit.so.$(SOVERSION)
SO      = $(O)/$(SONAME)
SOLINK  = $(O)/libirqkit.so
PROGRAM = $(O)/irqkit

all: $(PROGRAM) $(SOLINK) ## build ./irqkit and ./libirqkit.so.0 (default)

help: ## list the targets
	@LC_ALL=C awk '/^[a-z-]+:.*## / { name = $$0; sub(/:.*/, "", name); sub(/.*## /, ""); \
		printf "make %-14s %s\n", name, $$0 }' Makefile $(wildcard test/vm/vm.mk)

unexport CDPATH
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all help deps deps-check deps-ci deps-deb deps-release deps-ecosystem dist deb rpm release-check try check check-long check-top-long check-programs check-portable check-ecosystem bench fuzz screenshots lint check-writable clean install uninstall FORCE

# ---- build -------------------------------------------------------------------------------
# With `make deps ...` nothing is compiled before the packages are there, with -j neither.
FIRST = $(filter deps deps-check deps-ci deps-deb deps-release deps-ecosystem,$(MAKECMDGOALS)) check-writable

# What an earlier run as root has left is named at once, before each file is refused.
MADE = $(B) $(addprefix $(B)/,*.* commands roots) $(foreach d,lib cmd fuzz test,$(B)/$d $(B)/$d/* $(B)/$d/*/*)
check-writable:
	@[ "$$(id -u)" -ne 0 ] || exit 0; \
	for f in $(MADE); do [ ! -e "$$f" ] || [ -w "$$f" ] || { \
		echo "irqkit: $${f#./} belongs to $$(stat -c %U "$$f"), and you cannot write to it:" \
			"remove it with 'sudo make clean$(if $(filter-out .,$(O)), O=$(O))'" >&2; exit 1; }; done; \
	d=$(O); while [ ! -e "$$d" ]; do d=$$(dirname "$$d"); done; [ -w "$$d" ] || { \
		echo "irqkit: $$(realpath "$$d") belongs to $$(stat -c %U "$$d"), and you cannot write to it:" \
			"build elsewhere with 'make O=DIR'" >&2; exit 1; }

# One line a file, with V=1 the command, with -s nothing.
SILENT = $(findstring s,$(firstword -$(MAKEFLAGS)))
quiet = $(if $(V),,@$(if $(SILENT),,printf '  %s  %s\n' $(1) $(@:./%=%) && ))

# Flags of the libraries, asked for when first needed, which is after `deps`.
needs = $(if $(2),$(PKG_CONFIG) $(1) $(2),:) >$@ || { \
	echo "irqkit: libraries are missing, 'sudo make deps$(if $(filter TEST,$*),-check)' installs them" >&2; exit 1; }

$(B)/%.cflags: Makefile | $(FIRST)
	@mkdir -p $(@D)
	@$(call needs,--cflags,$($*_NEEDS))
# -ldl: for C libraries that have dlopen() there, as glibc before 2.34
$(B)/%.libs: Makefile $(B)/commands | $(FIRST)
	@mkdir -p $(@D)
	@$(call needs,--libs,$(or $($*_LINKED),$($*_NEEDS)))
	@$(if $($*_LINKED),echo -ldl >>$@)

# Changes only when the commands do: other flags compile everything again.
COMMANDS = $(CC) $(LIB_CFLAGS) | $(CMD_CFLAGS) | $(LDFLAGS)
$(B)/commands: FORCE | $(FIRST)
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMMANDS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(COMMANDS))' >$@

$(B)/lib/%.o: lib/%.c $(B)/commands $(B)/LIB.cflags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(LIB_CFLAGS) @$(B)/LIB.cflags -c -o $@ $<

$(B)/cmd/%.o: cmd/%.c $(B)/commands $(B)/CMD.cflags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CMD_CFLAGS) @$(B)/CMD.cflags -c -o $@ $<

# The shell functions of generated scripts, as C strings.
$(B)/cmd/change/script.inc: cmd/change/script.sh cmd/change/embed.awk | $(FIRST)
	@mkdir -p $(@D)
	$(call quiet,AWK)LC_ALL=C awk -v prefix=script -f cmd/change/embed.awk $< >$@
$(B)/cmd/change/script.o: $(B)/cmd/change/script.inc

$(SOFILE): $(LIB_OBJS) lib/irqkit.sym $(B)/LIB.libs
	$(call quiet,LD)$(CC) $(CFLAGS) $(SO_LDFLAGS) -o $@ $(LIB_OBJS) @$(B)/LIB.libs

$(SO): $(SOFILE)
	$(call quiet,LN)ln -sf $(<F) $@

$(SOLINK): $(SO)
	$(call quiet,LN)ln -sf $(<F) $@

# The program is linked with this one, and so are unit tests, which may call what the shared one hides.
$(B)/libirqkit.a: $(LIB_OBJS) | $(B)/LIB.libs
	@rm -f $@
	$(call quiet,AR)$(AR) rcs $@ $(LIB_OBJS)

# The program has the library inside, since to find and load another file would be a tenth of what a
# short run takes; with LIBIRQKIT=shared it takes the shared one. It calls what that exports either way.
LIBIRQKIT ?= static
$(B)/linked: FORCE | $(FIRST)
	@mkdir -p $(@D)
	@echo $(LIBIRQKIT) | cmp -s - $@ || echo $(LIBIRQKIT) >$@

comma := ,
PROGRAM_LIBS = $(if $(filter shared,$(LIBIRQKIT)),$(SO),$(B)/libirqkit.a)
link_program = $(CC) $(CFLAGS) $(LDFLAGS) -Wl,-z,noseparate-code \
	$(if $(filter shared,$(LIBIRQKIT)),$(if $(1),-Wl$(comma)-rpath$(comma)'$(1)')) -o $@ $(CMD_OBJS) $(PROGRAM_LIBS) \
	@$(B)/CMD.libs $(if $(filter shared,$(LIBIRQKIT)),,@$(B)/LIB.libs)

$(PROGRAM): $(CMD_OBJS) $(PROGRAM_LIBS) $(B)/linked $(B)/CMD.libs $(B)/LIB.libs
	$(call quiet,LD)$(call link_program,$$ORIGIN)

# ---- packages ----------------------------------------------------------------------------
# What the tests need is installed only if a test is to be run.
deps: ## install what is needed to build, and with check also to test
	@sh ./deps.sh build $(if $(filter check check-long check-programs bench lint,$(MAKECMDGOALS)),check)
deps-check:
	@sh ./deps.sh build check
deps-ci: ## install what .ci/run needs too
	@sh ./deps.sh build check ci
deps-deb: ## install what 'make deb' needs
	@sh ./deps.sh build check deb
deps-release: ## install what 'make release-check' and 'make rpm' need too
	@sh ./deps.sh build check deb release

deps-ecosystem: ## install what 'make check-ecosystem' needs: Ansible, Prometheus and node_exporter, not started
	@sh ./deps.sh build check ecosystem

# Nothing to spread (3), or nothing that can be moved (4), is not a failure.
try: all ## show the interrupts of this machine, and how they would be spread
	@printf '\n$$ %s show\n' '$(PROGRAM)'
	@$(PROGRAM) show
	@printf '\n$$ %s spread --dry-run\n' '$(PROGRAM)'
	@$(PROGRAM) spread --dry-run || case $$? in 3 | 4) ;; *) exit 1 ;; esac

# Where both come to lie: the tarball in build/dist, Debian's packages in build/deb.
NAME = irqkit-$(VERSION)
TARBALL = $(B)/dist/$(NAME).tar.xz
DEB = $(B)/deb

dist: $(filter deps-deb deps-release,$(MAKECMDGOALS)) ## pack the sources: build/dist/irqkit-VERSION.tar.xz
	@dist/tarball $(NAME) '$(TARBALL)' && echo '$(TARBALL:./%=%)'

# Builds in a copy of the tree, with dist/debian as debian/: the same sources give the same packages.
# The inner make must not get the variables of this make, and the files must not get the user's umask.
# DEB_BUILD_OPTIONS=nocheck leaves out unit tests; DEB_FLAGS=-S packs only the sources.
deb: dist ## build Debian packages from that: build/deb/*.deb
	@command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null || { \
		echo "irqkit: packages are missing, 'sudo make deps-deb' installs them" >&2; exit 1; }
	@rm -rf '$(DEB)' && mkdir -p '$(DEB)' && cp '$(TARBALL)' '$(DEB)/irqkit_$(VERSION).orig.tar.xz'
	@umask 022 && tar -x -C '$(DEB)' -f '$(TARBALL)' && cp -Rp '$(DEB)/$(NAME)/dist/debian' '$(DEB)/$(NAME)/debian'
	@umask 022 && cd '$(DEB)/$(NAME)' && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		-u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u O dpkg-buildpackage -us -uc $(DEB_FLAGS)
	@ls '$(DEB)'/*.deb 2>/dev/null || ls '$(DEB)'/*.dsc

# On a system that has the packages by other names than rpm's, as Debian: RPM_FLAGS=--nodeps
RPM = $(B)/rpm
rpm: dist ## build RPM packages from that: build/rpm/RPMS/*/*.rpm
	@command -v rpmbuild >/dev/null || { echo "irqkit: there is no rpmbuild" >&2; exit 1; }
	@rm -rf '$(RPM)' && mkdir -p '$(RPM)/SOURCES' && cp '$(TARBALL)' '$(RPM)/SOURCES'
	@env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u O \
		rpmbuild -bb --define '_topdir $(abspath $(RPM))' $(RPM_FLAGS) dist/irqkit.spec
	@ls '$(RPM)'/RPMS/*/*.rpm

release-check: all ## can this tree be released: do version, CHANGELOG, pages, library and packages agree?
	@CC='$(CC)' dist/release-check '$(O)'

# ---- tests -------------------------------------------------------------------------------
# A unit test that makes calls fail says which.
$(B)/test/unit/test_plan: WRAP = -Wl,--wrap=write,--wrap=nanosleep,--wrap=__nanosleep64,--wrap=fdatasync,--wrap=fsync,--wrap=renameat,--wrap=syscall,--wrap=vasprintf,--wrap=__vasprintf_chk
$(B)/test/unit/test_failure: WRAP = -Wl,--wrap=readdir,--wrap=readdir64,--wrap=read,--wrap=renameat,--wrap=time,--wrap=__time64
$(B)/test/unit/test_plan_queue: WRAP = -Wl,--wrap=write
$(B)/test/unit/test_channels: WRAP = -Wl,--wrap=write
$(B)/test/unit/test_policy: WRAP = -Wl,--wrap=write
$(B)/test/unit/test_topology: WRAP = -Wl,--wrap=openat,--wrap=openat64,--wrap=__openat_2,--wrap=__openat64_2
$(B)/test/unit/test_knob: WRAP = -Wl,--wrap=syscall
$(B)/test/unit/test_netlink: WRAP = -Wl,--wrap=mnl_socket_open2,--wrap=mnl_socket_sendto,--wrap=mnl_socket_recvfrom
$(B)/test/unit/test_options: WRAP = -Wl,--wrap=poptGetNextOpt,--wrap=poptBadOption

# Parts of the program that need nothing of it but the library.
$(B)/test/unit/test_measure: MORE = $(B)/cmd/measure/load.o -lm
$(B)/test/unit/test_measure: $(B)/cmd/measure/load.o
$(B)/test/unit/test_words: MORE = $(B)/cmd/base/read_number.o $(B)/cmd/base/text.o
$(B)/test/unit/test_words: $(B)/cmd/base/read_number.o $(B)/cmd/base/text.o
$(B)/test/unit/test_alike: MORE = $(B)/cmd/base/alike.o
$(B)/test/unit/test_alike: $(B)/cmd/base/alike.o
$(B)/test/unit/test_error_name: MORE = $(B)/cmd/base/error_name.o
$(B)/test/unit/test_error_name: $(B)/cmd/base/error_name.o
# All of the program but main().
$(B)/test/unit/test_balance: MORE = $(filter-out $(B)/cmd/main.o,$(CMD_OBJS)) @$(B)/CMD.libs
$(B)/test/unit/test_balance: $(CMD_OBJS) $(B)/CMD.libs
$(B)/test/unit/test_options: MORE = $(filter-out $(B)/cmd/main.o,$(CMD_OBJS)) @$(B)/CMD.libs
$(B)/test/unit/test_options: $(CMD_OBJS) $(B)/CMD.libs
$(B)/test/unit/test_stay_marks: MORE = $(B)/cmd/policy/stay_marks.o $(B)/cmd/base/grow.o
$(B)/test/unit/test_stay_marks: $(B)/cmd/policy/stay_marks.o $(B)/cmd/base/grow.o
# Which changes --stay respects, by the journal.
$(B)/test/unit/test_by_hand: MORE = $(B)/cmd/policy/stay_by_hand.o $(B)/cmd/base/grow.o
$(B)/test/unit/test_by_hand: $(B)/cmd/policy/stay_by_hand.o $(B)/cmd/base/grow.o

$(B)/test/unit/%: test/unit/%.c $(B)/libirqkit.a $(B)/TEST.cflags $(B)/TEST.libs
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(TEST_CFLAGS) -MF $@.d @$(B)/TEST.cflags $(LDFLAGS) $(WRAP) -o $@ $< $(MORE) $(B)/libirqkit.a @$(B)/LIB.libs @$(B)/TEST.libs

$(B)/test/bench/%: test/bench/%.c $(SO)
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(TEST_CFLAGS) $(LDFLAGS) -MF $@.d -Wl,-rpath,$(abspath $(O)) -o $@ $< $(SO)

# As users of the library write it: with irqkit.h and the shared library alone.
$(B)/test/example/%: test/example/%.c $(SO)
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=c11 $(WARN) -MMD -MP -MF $@.d -Ilib/include $(CFLAGS) $(LDFLAGS) -Wl,-rpath,$(abspath $(O)) -o $@ $< $(SO)

# What the check scripts use: nothing of irqkit is in it.
$(B)/test/tool/%: test/tool/%.c $(B)/commands
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE $(WIDE) -MMD -MP -MF $@.d $(CFLAGS) $(LDFLAGS) -o $@ $<

# Every corpus file through the fuzz target, with any compiler; the real fuzzer is clang's.
$(B)/test/fuzz/%-replay: test/fuzz/%.c test/fuzz/replay.c $(B)/libirqkit.a
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(TEST_CFLAGS) $(LDFLAGS) -MF $@.d -o $@ $< test/fuzz/replay.c $(B)/libirqkit.a @$(B)/LIB.libs

# $(call FUZZ_CC,SANITIZER)
FUZZ_CC = $(CLANG) -std=gnu11 -D_GNU_SOURCE $(WIDE) -DROOTS='"$(ROOTS)/"' -DIRQKIT_VERSION='"$(VERSION)"' \
          -Ilib/include -Ilib -Icmd -O1 -g -fsanitize=$(1),address,undefined
$(B)/fuzz/%.o: lib/%.c $(B)/LIB.cflags
	@mkdir -p $(@D)
	$(call quiet,CC)$(call FUZZ_CC,fuzzer-no-link) -MMD -MP @$(B)/LIB.cflags -c -o $@ $<

$(B)/test/fuzz/%-libfuzzer: test/fuzz/%.c $(FUZZ_OBJS) $(B)/LIB.libs
	@mkdir -p $(@D)
	$(call quiet,CC)$(call FUZZ_CC,fuzzer) -MMD -MP -MF $@.d -o $@ $< $(FUZZ_OBJS) @$(B)/LIB.libs

# The saved machines, as folders.
$(ROOTS).made: $(ROOT_FILES) $(B)/test/tool/unpack
	@rm -rf $(ROOTS)
	$(call quiet,ROOTS)$(B)/test/tool/unpack $(ROOTS) $(ROOT_FILES) && touch $@

# The same program, but libsmartcols lays out all tables: see test/check-render.sh.
RENDER = $(B)/test/render
$(RENDER)/render.o: cmd/table/render.c $(B)/commands $(B)/CMD.cflags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CMD_CFLAGS) -DALL_BY_SMARTCOLS=true @$(B)/CMD.cflags -c -o $@ $<
$(RENDER)/irqkit: private CMD_OBJS := $(CMD_OBJS:$(B)/cmd/table/render.o=$(RENDER)/render.o)
$(RENDER)/irqkit: $(CMD_OBJS) $(RENDER)/render.o $(SO) $(B)/CMD.libs
	$(call quiet,LD)$(call link_program,$$ORIGIN/../../..)

check-programs: all $(UNITS) $(REPLAYS) $(TOOLS) $(EXAMPLES) $(RENDER)/irqkit $(B)/test/bench/machine $(ROOTS).made

# test/run takes file names as arguments: make check T="test/check-docs.sh"
# When make ends, so do the tests, even if it is killed.
check: check-programs ## run all tests that boot no kernel, or only T="FILE..."
	@export MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))'; \
		exec $(B)/test/tool/limit --keep-group 0 test/run $(T)

LONG_FUZZ_SECONDS ?= 600
check-long: check-programs ## let every system call fail with every error, and fuzz: an hour
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-inject.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-policies.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-save.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-doctor.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-rules.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-rules-placement.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-render.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-stay.sh --long
	@MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' test/check-deb.sh --long
	@$(MAKE) check-top-long
	@$(MAKE) fuzz FUZZ_SECONDS=$(LONG_FUZZ_SECONDS)

# Ten minutes of random keys, with a program that notices each wrong access and each leak.
ASAN = $(abspath $(B))/asan
check-top-long:
	@$(MAKE) O='$(ASAN)' NO_UNDEFINED= \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' \
		all '$(ASAN)/build/test/bench/machine' '$(ASAN)/build/roots.made'
	@MAKE='$(MAKE)' CC='$(CC)' O='$(ASAN)' test/check-top.sh --long

# As in `check`: make check-ecosystem T=test/ecosystem/ansible.sh
check-ecosystem: check-programs ## test what works with programs of others, such as Ansible, or only T="FILE..."
	@export MAKE='$(MAKE)' CC='$(CC)' O='$(abspath $(O))' TEST_LIMIT="$${TEST_LIMIT:-1800}"; \
		exec $(B)/test/tool/limit --keep-group 0 test/run $(or $(T),$(wildcard test/ecosystem/*.sh))

# In chroots of other releases and machines: as root, with a network.
check-portable: ## build and test on other releases and machines
	@test/portable/run $(T)

bench: all $(BENCHES) $(ROOTS).made ## measure what irqkit costs; with CHECK=1, goals must be met
	@O='$(abspath $(O))' test/bench/run

FUZZ_SECONDS ?= 30
fuzz: $(FUZZERS) $(ROOTS).made ## fuzz the parsers (clang), FUZZ_SECONDS=30 each
	@test/fuzz/run $(B)/test/fuzz $(FUZZ_SECONDS)

screenshots: all $(ROOTS).made ## make the pictures of the README again, with tmux
	@O='$(abspath $(O))' dist/screenshots/make

lint: ## check scripts, manual pages and sources
	@test/lint

# ---- install -----------------------------------------------------------------------------
# Units, scripts and libirqkit.pc name these folders, each in its own syntax: no name may need quotes.
FOLDERS = $(if $(PREFIX),PREFIX) SBINDIR LIBDIR INCDIR DATADIR MANDIR BASHDIR ZSHDIR FISHDIR EXAMPLEDIR SCHEMADIR ANSIBLEDIR
ODD = & | ; < > ( ) * ? [ ] " ' ` \ $$ % \#
is_plain = $(if $(filter 1,$(words $1)),$(if $(filter /%,$1),$(if $(strip $(foreach c,$(ODD),$(findstring $c,$1))),,yes)))
$(if $(filter install uninstall,$(MAKECMDGOALS)),$(foreach f,$(FOLDERS),$(if $(call is_plain,$($f)),,$(error \
	$f='$($f)' cannot be installed to: write a full path, without spaces and characters such as & or %))))

# With LIBIRQKIT=shared: where ld.so finds the library by itself, the program says nothing of where it
# is; elsewhere it finds it beside itself, which takes a /proc.
SEARCHED = $(shell PATH="$$PATH:/usr/sbin:/sbin" ldconfig -v -N -X 2>/dev/null | sed -n 's|^\(/[^:]*\):.*|\1|p')
RPATH = $(if $(filter $(LIBDIR),$(SEARCHED) $(patsubst /lib%,/usr/lib%,$(SEARCHED))),,$$ORIGIN/$(shell \
	realpath -m --relative-to="$(SBINDIR)" "$(LIBDIR)" 2>/dev/null || echo ../lib))

$(B)/install/irqkit: $(PROGRAM) FORCE
	@mkdir -p $(@D)
	@$(call link_program,$(RPATH))

$(B)/install/libirqkit.pc: lib/libirqkit.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCDIR@|$(INCDIR)|' \
		-e 's|@VERSION@|$(VERSION)|; s|@NEEDS@|$(LIB_NEEDS)|' $< >$@

# The subcommands, as their descriptors name them: the program itself may be for another machine.
# LC_ALL: in a Turkish locale, a-z does not contain i.
SUBCOMMANDS = $(shell LC_ALL=C sed -n '/^const struct command /,/^};/s/^[ 	]*\.name = "\([a-z-]*\)".*/\1/p' $(CMD_SRCS))
MAN3 = $(wildcard man/*.3)
MAN5 = $(wildcard man/*.5)
MAN7 = $(wildcard man/*.7)
MAN8 = $(wildcard man/*.8)
PUT  = install -D -m 644

# The foot of each page names the version. irq-show(8) is irqkit-show(8).
PAGES = $(patsubst man/%,$(B)/install/man/%,$(MAN3) $(MAN5) $(MAN7) $(MAN8)) $(SUBCOMMANDS:%=$(B)/install/man/irq-%.8)
$(B)/install/man/irq-%.8: FORCE
	@mkdir -p $(@D)
	@echo '.so man8/irqkit-$*.8' >$@

$(B)/install/man/%: man/% FORCE
	@mkdir -p $(@D)
	@sed 's/^\.Os .*/.Os irqkit $(VERSION)/' $< >$@

# systemd and udev look in /usr/local too. Nothing is enabled: dist/README.md says how to.
systemd_dir = $(shell $(PKG_CONFIG) --exists $1 2>/dev/null && { [ "$(PREFIX)" = /usr ] && \
	$(PKG_CONFIG) --variable=$2 $1 || echo '$(PREFIX)/lib/$3'; })
UNITDIR ?= $(call systemd_dir,systemd,systemdsystemunitdir,systemd/system)
UDEVDIR ?= $(call systemd_dir,udev,udevdir,udev)
UNITFILES = irqkit.service irqkit-apply.service irqkit-apply.path irqkit-metrics.service irqkit-metrics.timer
EXAMPLEFILES = irqkit.openrc ifup networkmanager
RULEFILES = irqkit.rules.yml irqkit.rules.test.yml
ANSIBLEFILES = $(patsubst dist/ansible/%,%,$(wildcard $(addprefix dist/ansible/,*.* meta/*.* plugins/*/*.* roles/*/*/*.*)))

$(B)/install/dist/%: FORCE
	@mkdir -p $(@D)
	@sed 's|@SBINDIR@|$(SBINDIR)|' $(firstword $(wildcard dist/$*.in dist/$*)) >$@

DISTFILES = $(addprefix $(B)/install/dist/,$(UNITFILES) $(EXAMPLEFILES))

install: all $(DISTFILES) $(B)/install/irqkit $(B)/install/libirqkit.pc $(PAGES) ## install to $(DESTDIR)$(PREFIX)
	@[ -n "$(SUBCOMMANDS)" ] || { echo "irqkit: no subcommand found in cmd/" >&2; exit 1; }
	install -D -m 755 $(B)/install/irqkit "$(DESTDIR)$(SBINDIR)/irqkit"
	for c in $(SUBCOMMANDS); do ln -sf irqkit "$(DESTDIR)$(SBINDIR)/irq-$$c" || exit 1; done
	install -D -m 755 $(SOFILE) "$(DESTDIR)$(LIBDIR)/$(notdir $(SOFILE))"
	ln -sf $(notdir $(SOFILE)) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libirqkit.so"
	$(PUT) lib/include/irqkit.h "$(DESTDIR)$(INCDIR)/irqkit.h"
	$(PUT) $(B)/install/libirqkit.pc "$(DESTDIR)$(LIBDIR)/pkgconfig/libirqkit.pc"
	for p in $(PAGES); do \
		$(PUT) $$p "$(DESTDIR)$(MANDIR)/man$${p##*.}/$${p##*/}" || exit 1; done
	$(PUT) completions/irqkit.bash "$(DESTDIR)$(BASHDIR)/irqkit"
	$(PUT) completions/_irqkit "$(DESTDIR)$(ZSHDIR)/_irqkit"
	$(PUT) completions/irqkit.fish "$(DESTDIR)$(FISHDIR)/irqkit.fish"
	for c in $(SUBCOMMANDS); do \
		ln -sf irqkit "$(DESTDIR)$(BASHDIR)/irq-$$c" && \
		ln -sf irqkit.fish "$(DESTDIR)$(FISHDIR)/irq-$$c.fish" || exit 1; done
	$(if $(UNITDIR),for f in $(UNITFILES); do \
		$(PUT) $(B)/install/dist/$$f "$(DESTDIR)$(UNITDIR)/$$f" || exit 1; done)
	$(if $(UDEVDIR),$(PUT) dist/60-irqkit.rules "$(DESTDIR)$(UDEVDIR)/rules.d/60-irqkit.rules")
	for f in $(EXAMPLEFILES); do \
		install -D -m 755 $(B)/install/dist/$$f "$(DESTDIR)$(EXAMPLEDIR)/$$f" || exit 1; done
	install -D -m 755 test/capture.sh "$(DESTDIR)$(EXAMPLEDIR)/capture.sh"
	$(PUT) dist/irqkit.schema.json "$(DESTDIR)$(SCHEMADIR)/irqkit.schema.json"
	for f in $(RULEFILES); do $(PUT) dist/prometheus/$$f "$(DESTDIR)$(EXAMPLEDIR)/$$f" || exit 1; done
	for f in $(ANSIBLEFILES); do $(PUT) dist/ansible/$$f "$(DESTDIR)$(ANSIBLEDIR)/$$f" || exit 1; done
	[ -n "$(DESTDIR)" ] || ldconfig 2>/dev/null || :

# Empty folders are removed too: all of them with DESTDIR, those of irqkit without it.
uninstall: ## remove what install has put there
	for l in "$(DESTDIR)$(SBINDIR)"/irq-* "$(DESTDIR)$(BASHDIR)"/irq-* "$(DESTDIR)$(FISHDIR)"/irq-*.fish; do \
		case $$(readlink "$$l") in irqkit | irqkit.fish) rm -f "$$l" || exit 1 ;; esac; done
	rm -f "$(DESTDIR)$(SBINDIR)/irqkit" "$(DESTDIR)$(INCDIR)/irqkit.h"
	rm -f $(foreach f,$(SOFILE) $(SO) $(SOLINK),"$(DESTDIR)$(LIBDIR)/$(notdir $f)")
	rm -f "$(DESTDIR)$(LIBDIR)/pkgconfig/libirqkit.pc"
	for p in "$(DESTDIR)$(MANDIR)"/man8/irq-*.8; do \
		case $$(head -n 1 "$$p" 2>/dev/null) in ".so man8/irqkit-"*) rm -f "$$p" || exit 1 ;; esac; done
	rm -f $(foreach p,$(MAN3) $(MAN5) $(MAN7) $(MAN8),"$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(p)))/$(notdir $(p))")
	rm -f "$(DESTDIR)$(BASHDIR)/irqkit" "$(DESTDIR)$(ZSHDIR)/_irqkit" "$(DESTDIR)$(FISHDIR)/irqkit.fish"
	rm -f $(foreach f,$(EXAMPLEFILES) $(RULEFILES) capture.sh,"$(DESTDIR)$(EXAMPLEDIR)/$(f)")
	rm -f "$(DESTDIR)$(SCHEMADIR)/irqkit.schema.json"
	rm -f $(foreach f,$(ANSIBLEFILES),"$(DESTDIR)$(ANSIBLEDIR)/$(f)")
	$(if $(UNITDIR),rm -f $(foreach f,$(UNITFILES),"$(DESTDIR)$(UNITDIR)/$(f)"))
	$(if $(UDEVDIR),rm -f "$(DESTDIR)$(UDEVDIR)/rules.d/60-irqkit.rules")
	[ -n "$(DESTDIR)" ] || ldconfig 2>/dev/null || :
	[ ! -d "$(DESTDIR)/" ] || { cd "$(DESTDIR)/" && for d in "$(SBINDIR)" "$(INCDIR)" "$(LIBDIR)/pkgconfig" \
		"$(MANDIR)/man3" "$(MANDIR)/man5" "$(MANDIR)/man7" "$(MANDIR)/man8" "$(BASHDIR)" "$(ZSHDIR)" "$(FISHDIR)" \
		"$(EXAMPLEDIR)" "$(SCHEMADIR)" $(foreach d,$(sort $(dir $(ANSIBLEFILES))),"$(ANSIBLEDIR)/$d") $(if $(UNITDIR),"$(UNITDIR)") $(if $(UDEVDIR),"$(UDEVDIR)/rules.d"); do \
		[ -z "$(DESTDIR)" ] || rmdir -p ".$$d" 2>/dev/null || :; \
		while [ -z "$(DESTDIR)" ] && case $$d in */irqkit | */irqkit/* | */ansible | */ansible/*) rmdir "$$d" ;; *) false ;; esac 2>/dev/null; do \
			d=$${d%/} && d=$${d%/*}; done; done; }

clean: ## remove what was built
	@rm -rf $(B) $(PROGRAM) $(O)/libirqkit.so* $(O)/libirqkit.a $(O)/irq-* || { \
		echo "irqkit: 'sudo make clean$(if $(filter-out .,$(O)), O=$(O))' also removes what belongs to root" >&2; exit 1; }

-include $(LIB_OBJS:.o=.d) $(CMD_OBJS:.o=.d) $(RENDER)/render.d $(UNITS:=.d) $(REPLAYS:=.d) $(TOOLS:=.d) $(BENCHES:=.d) $(EXAMPLES:=.d)
-include $(FUZZ_OBJS:.o=.d) $(FUZZERS:=.d)
-include test/vm/vm.mk
