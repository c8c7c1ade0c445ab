# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Initial RAM file systems: busybox, irqkit, jq, the kernel modules asked for, the checks.

# put_program ROOT FILE [DIR]: FILE into DIR (/bin), and the libraries that it is linked with,
# as the loader finds them here (in $library_path first).
put_program() {
	local file
	file=$(command -v -- "$2") || die "no program $2 here (make deps-vm)"
	mkdir -p "$1${3:-/bin}"
	cp -L "$file" "$1${3:-/bin}/"
	local name path
	while read -r name path; do
		[ "$path" = not ] && die "$2 needs $name, which is not here"
		[ -e "$1/lib/$name" ] || cp -L "$path" "$1/lib/$name"
	done < <(LD_LIBRARY_PATH=${library_path-} ldd "$file" 2>/dev/null |
		sed -nE 's/^\s*(\S+) => (\S+).*/\1 \2/p; s/^\s*(\/\S+\/(\S+)) \(.*/\2 \1/p')
}

# put_on_demand ROOT: the libraries that irqkit loads when it needs them.
put_on_demand() {
	local name path
	while read -r name; do
		path=$("${CC:-cc}" -print-file-name="$name")
		[ -e "$path" ] || die "irqkit needs $name, which is not here"
		[ -e "$1/lib/$name" ] || cp -L "$path" "$1/lib/$name"
	done < <(sed -nE 's/^ON_DEMAND\("([^"]+)".*/\1/p' "$here"/../../cmd/*/*.c)
}

# libraries_in DIR: as $library_path wants them.
libraries_in() {
	echo "$1"{/usr,}/lib/x86_64-linux-gnu | tr ' ' :
}

# put_asked ROOT: the programs that checks of the plan ask for.
put_asked() {
	local name
	for name in $(programs_of "$work/plan"); do
		if [ "$name" = iproute2 ]; then
			put_program "$1" ip /lib/iproute2 # this machine's; busybox has an ip of its own
			put_program "$1" tc /lib/iproute2
			continue
		fi
		need_programs
		library_path=$(libraries_in "$programs") \
			put_program "$1" "$(find "$programs" -path "*bin/$name")"
	done
}

# put_modules ROOT NAME...: those modules and what they need. What is built in, or not in this
# kernel, is left out.
put_modules() {
	local to=$1/$modules_dir from=${vmlinux%/*}/$modules_dir file
	shift
	mkdir -p "$to"
	awk -v wanted=" ${*//-/_} " '{
		name = $1; sub(/:$/, "", name); sub(/.*\//, "", name); sub(/\.ko$/, "", name)
		gsub(/-/, "_", name)
		if (index(wanted, " " name " ")) print
	}' "$from/modules.dep" >"$to/wanted"
	tr -s ' :' '\n' <"$to/wanted" | sort -u | while read -r file; do
		[ -z "$file" ] || cp "$from/$file" "$to/"
	done
	rm "$to/wanted"
	# All in one folder, so that a modules.dep of their own is wanted.
	"$busybox" depmod -b "${to%/lib/modules/*}" "${to##*/}" 2>/dev/null
}

# put_base ROOT: what every guest has.
put_base() {
	local root=$1
	mkdir -p "$root"/{bin,lib,etc,proc,sys,dev,tmp,run/lock,root,vm,var/lib,var/log}
	ln -s lib "$root/lib64"
	ln -s bin "$root/sbin"
	ln -s . "$root/usr"
	ln -s ../run "$root/var/run"
	ln -s ../run/lock "$root/var/lock"
	echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
	echo nobody:x:65534:65534:nobody:/:/bin/sh >>"$root/etc/passwd"
	cp "$busybox" "$root/bin/"
	put_program "$root" jq
	put_program "$root" "$irqkit"
	[ ! -x "${irqkit%/*}/build/test/example/samples" ] ||
		put_program "$root" "${irqkit%/*}/build/test/example/samples"
	put_on_demand "$root"
	# glibc opens this one by itself when a thread ends.
	cp -L "$(gcc_library)" "$root/lib/"
	cp -R "$here"/guest/. "$here"/checks "$root/vm/"
	cp "$here/../capture.sh" "$root/vm/"
	mv "$root/vm/init" "$root/init"
}

# put_debs ROOT: the Debian packages to /vm/packages/this, and the same as if of the next version to next.
put_debs() {
	local name file repacked=$work/repacked
	need_debs
	mkdir -p "$1"/vm/packages/{this,next}
	for name in irqkit libirqkit0; do
		file=$(find "$debs" -maxdepth 1 -name "${name}_*.deb")
		cp "$file" "$1/vm/packages/this/" || die "there is no package $name in $debs"
		dpkg-deb -R "$file" "$repacked" || die "cannot unpack $file"
		sed -i 's/^Version: .*/&+next/' "$repacked/DEBIAN/control"
		dpkg-deb -Znone --root-owner-group -b "$repacked" "$1/vm/packages/next/" >/dev/null ||
			die "cannot pack $file again"
		rm -r "$repacked"
	done
}

# put_systemd ROOT: what is added to the image of need_image. irqkit is installed there as on any
# system, and $enabled is one of its units; or it is not, and a check does that ($from_debs).
put_systemd() {
	local root=$1 units=$1/etc/systemd/system n
	mkdir -p "$root"/{vm/bin,etc/systemd/network} "$units"/{multi-user,network-online}.target.wants
	cp "$busybox" "$root/vm/bin/"
	cp -R "$here"/guest/. "$here"/checks "$root/vm/"
	cp "$here/../capture.sh" "$root/vm/"
	if [ -z "${from_debs-}" ]; then
		cp -R "$here"/systemd/. "$installed"/. "$root"
	else
		cp -R "$here"/systemd/etc/systemd "$root/etc"
		cp "$here"/systemd/etc/irqkit.d/*.conf "$root/vm/"
		put_debs "$root"
	fi
	mv "$root/vm/init-systemd" "$root/init"
	ln -s /etc/systemd/system/vm.service "$units/multi-user.target.wants/"
	for n in $enabled systemd-networkd.service; do
		ln -s "/usr/lib/systemd/system/$n" "$units/multi-user.target.wants/"
	done
	ln -s /usr/lib/systemd/system/systemd-networkd-wait-online.service "$units/network-online.target.wants/"
	# What takes time to start, and has nothing to do here.
	for n in getty.target systemd-logind.service systemd-pstore.service fstrim.timer \
		dpkg-db-backup.timer proc-sys-fs-binfmt_misc.automount systemd-ask-password-wall.path; do
		ln -s /dev/null "$units/$n"
	done
	ln -s /usr/lib/systemd/system/multi-user.target "$units/default.target"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	for n in "${!queues[@]}"; do
		printf '%s\n' '[Match]' "MACAddress=52:54:00:00:00:0$n" '[Link]' "Name=lan$n" \
			>"$root/etc/systemd/network/10-lan$n.link"
		printf '%s\n' '[Match]' "MACAddress=52:54:00:00:00:0$n" '[Network]' "Address=10.77.$n.2/24" \
			>"$root/etc/systemd/network/10-lan$n.network"
	done
	put_modules "$root/usr" "${modules[@]}" "${later_modules[@]}"
}

# install_irqkit: to $installed, as a distribution does it.
install_irqkit() {
	local libraries=/usr/lib/x86_64-linux-gnu
	installed=$tmp/installed
	[ ! -e "$installed" ] || return 0
	make -s -C "$here/../.." O="$(cd "$(dirname "$irqkit")" && pwd)" DESTDIR="$installed" PREFIX=/usr \
		LIBDIR=$libraries UNITDIR=/usr/lib/systemd/system UDEVDIR=/usr/lib/udev install \
		>"$tmp/install" 2>&1 || {
		cat "$tmp/install" >&2
		die "irqkit cannot be installed for the machine with systemd"
	}
	rm -rf "${installed:?}"/usr/{include,share}
}

gcc_library() {
	ldconfig -p | sed -nE 's/.*libgcc_s\.so\.1 .*x86-64.* => //p' | head -n 1
}

# pack ROOT OUT
pack() {
	(cd "$1" && find . -print0 | cpio --quiet -0 -o -H newc -R 0:0) >"$2" || die "cannot pack $2"
}
