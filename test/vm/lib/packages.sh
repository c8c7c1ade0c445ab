# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Debian packages, downloaded and unpacked below $cache once, never installed:
#
#   $cache/linux-6.1/   vmlinux, version, lib/modules/VERSION/ with its modules.dep
#   $cache/xen/         the hypervisor, its tools and their libraries
#   $cache/busybox/
#   $cache/programs/    what checks ask for, and libraries
#   $cache/systemd/     image, a Debian whose first process is systemd, as a cpio archive, and
#                       image-dpkg, what dpkg needs there too
#
# Deleting a folder there fetches it again. Every function here ends the program when it fails,
# except need_image.

# The kernels that can be had: the suite that holds each ("-" is this machine's own) and the
# names of its packages, of which the newest is taken.
kernel_packages() {
	case $1 in
	5.10) echo bullseye '^linux-image-5\.10\.0-[0-9]+-amd64-unsigned$' ;;
	6.1) echo - '^linux-image-6\.1\.0-[0-9]+-amd64$' ;;
	6.12) echo - '^linux-image-6\.12\.[0-9]+\+deb12-amd64$' ;;
	7) echo trixie-backports '^linux-binary-7\.[0-9.]+\+deb13-amd64$' '^linux-modules-7\.[0-9.]+\+deb13-amd64$' ;;
	*) die "no kernel is known as $1" ;;
	esac
}

xen_packages='xen-hypervisor-4.17-amd64 xen-utils-4.17 xenstore-utils libxenmisc4.17
	libxencall1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenstore4 libxentoollog1
	libxentoolcore1 libxendevicemodel1 libxenhypfs1 libyajl2 libuuid1'

program_packages='strace libunwind8 irqbalance libcap-ng0 libglib2.0-0 libnuma1 ethtool'

# What the image has beyond Debian's essential packages: also the libraries of irqkit.
image_packages='systemd-sysv usr-is-merged udev kmod iproute2 ethtool jq libmnl0 libpopt0 libjansson4
	libsmartcols1 libncursesw6'

# use_suite SUITE DIR: what apt is asked next is asked of that suite, with its lists in DIR.
use_suite() {
	apt_options=(-qq -o APT::Sandbox::User=root)
	if [ "$1" = - ]; then
		grep -qsx 'VERSION_CODENAME=bookworm' /etc/os-release ||
			die "the virtual machines are made of Debian 12's kernels and Xen: run them on Debian 12"
		apt-cache show busybox-static >/dev/null 2>&1 || apt-get "${apt_options[@]}" update >&2
		return
	fi
	local site
	# shellcheck disable=SC2016 # apt's own word, not the shell's
	site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security |
		head -n 1)
	mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
	echo "deb $site $1 main" >"$2/sources"
	apt_options+=(-o "Dir::Etc::sourcelist=$2/sources" -o Dir::Etc::sourceparts=-
		-o "Dir::State::Lists=$2/lists" -o "Dir::Cache=$2/cache"
		-o "Dir::Etc::trustedparts=/usr/share/keyrings")
	apt-get "${apt_options[@]}" update >&2 || die "cannot read the package list of $1"
}

# unpack DIR SUITE PATTERN...: the newest package that matches each pattern, unpacked in DIR.
unpack() {
	local dir=$1 suite=$2 apt=$1.apt pattern
	shift 2
	rm -rf "$dir" "$apt"
	mkdir -p "$dir" "$apt/debs"
	local apt_options known names=() name
	use_suite "$suite" "$apt"
	known=$(apt-cache "${apt_options[@]}" pkgnames | sort -V)
	for pattern; do
		name=$(grep -E "$pattern" <<<"$known" | tail -n 1)
		names+=("${name:?no package matches $pattern}")
	done
	say "fetching ${names[*]}"
	(cd "$apt/debs" && apt-get "${apt_options[@]}" download "${names[@]}" >&2) ||
		die "cannot fetch them (an old list? apt-get update)"
	local deb
	for deb in "$apt"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" -f - --exclude='*/usr/share' \
			--exclude='*/kernel/sound' --exclude='*/kernel/fs' \
			--exclude='*/kernel/drivers/'{gpu,media,iio,staging,infiniband,usb,hwmon,scsi,net/wireless} ||
			die "cannot unpack $deb"
	done
	rm -rf "$apt"
}

# unpack_names DIR NAMES: these packages of this machine's own suites.
unpack_names() {
	local patterns
	# shellcheck disable=SC2086 # a list of names
	patterns=$(printf '^%s$\n' $2)
	# shellcheck disable=SC2086
	unpack "$1" - $patterns
}

need_busybox() {
	busybox=$cache/busybox/busybox
	[ -x "$busybox" ] && return
	unpack "$cache/busybox" - '^busybox-static$'
	mv "$(find "$cache/busybox" -path '*bin/busybox')" "$busybox" || die "no busybox in its package"
}

# need_image: makes $cache/systemd/image and image-dpkg; if that is not possible, prints the reason and fails.
need_image() {
	local dir=$cache/systemd log=$cache/systemd.log site apt_options
	[ -e "$dir/image-dpkg" ] && [ "$(cat "$dir/all" 2>/dev/null)" = "$image_packages" ] && return
	if ! command -v mmdebstrap >/dev/null; then
		echo "no mmdebstrap here (make deps-vm)"
		return 1
	fi
	rm -rf "$dir"
	use_suite -
	# shellcheck disable=SC2016 # for apt
	site=$(apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' '$1 == "Debian" && $2 !~ /-/ { print $3; exit }')
	say "making an image of $image_packages"
	mkdir -p "$dir"/{root,dpkg}
	# shellcheck disable=SC2086 # a list of names
	if ! mmdebstrap --variant=essential --include="$(echo $image_packages | tr ' ' ,)" --format=tar \
		--aptopt='Acquire::Retries "3"' --aptopt='Acquire::http::Timeout "15"' \
		bookworm - "deb $site bookworm main" 2>"$log" >"$dir/tar" ||
		! tar -x -C "$dir/root" -f "$dir/tar" --no-same-owner --exclude='./dev/*' --exclude='./var/lib/dpkg' \
			--exclude='./usr/share/'{doc,man,locale,info,zoneinfo,bash-completion} \
			--exclude='*/gconv' --exclude='*/perl*' --exclude='*/libperl*' \
			--exclude='./usr/lib/udev/hwdb*' 2>>"$log" ||
		! tar -x -C "$dir/dpkg" -f "$dir/tar" --no-same-owner --wildcards \
			./var/lib/dpkg './usr/bin/perl*' '*/perl-base' 2>>"$log"; then
		rm -rf "$dir"
		echo "no image of Debian with systemd: $(grep '^E: ' "$log" | tail -n 1 | cut -c 1-120)"
		return 1
	fi
	pack "$dir/root" "$dir/image"
	pack "$dir/dpkg" "$dir/image-dpkg"
	rm -rf "$dir/root" "$dir/dpkg" "$dir/tar" "$log"
	echo "$image_packages" >"$dir/all"
}

# need_debs: $debs, the folder of what 'make deb' has built; if nothing is there, prints that and fails.
need_debs() {
	debs=${IRQKIT_DEBS:-$here/../../build/deb}
	compgen -G "$debs/irqkit_*.deb" >/dev/null && return
	echo "no Debian packages in build/deb (make deb)"
	return 1
}

need_xen() {
	xen=$cache/xen
	[ -e "$xen/hypervisor" ] && return
	unpack_names "$xen" "$xen_packages"
	gzip -dc "$xen"/boot/xen-4*-amd64.gz >"$xen/hypervisor.new" || die "no hypervisor"
	mv "$xen/hypervisor.new" "$xen/hypervisor"
}

need_programs() {
	programs=$cache/programs
	[ "$(cat "$programs/all" 2>/dev/null)" = "$program_packages" ] && return
	unpack_names "$programs" "$program_packages"
	echo "$program_packages" >"$programs/all"
}

# need_kernel NAME: also sets $vmlinux and $modules_dir.
need_kernel() {
	local dir=$cache/linux-$1 version
	if [ ! -e "$dir/version" ]; then
		# shellcheck disable=SC2046 # a list of words
		unpack "$dir" $(kernel_packages "$1")
		[ -d "$dir/lib/modules" ] || mv "$dir/usr/lib" "$dir/lib"
		version=$(ls "$dir/lib/modules") || die "no modules in the packages of $1"
		find "$dir/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r -P 2 -n 64 xz -d
		"$busybox" depmod -b "$dir" "$version" 2>/dev/null
		decompress_kernel "$(find "$dir" -name 'vmlinuz*')" "$dir/vmlinux" ||
			die "cannot read the kernel in the packages of $1"
		echo "$version" >"$dir/version"
	fi
	vmlinux=$dir/vmlinux
	modules_dir=lib/modules/$(<"$dir/version")
}

# decompress_kernel BZIMAGE OUT: the ELF kernel inside. Emulated CPUs would take seconds for it,
# and Xen's tools want it so. The payload's place stands in the image's own header:
#
#   497 setup sectors (1 byte) | 584 payload offset (4) | 588 payload length (4, its last 4 bytes
#   are the unpacked size)
decompress_kernel() {
	local start length tool
	start=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
	length=$(($(number "$1" 588 4) - 4))
	case $(od -An -v -t x1 -j "$start" -N 4 "$1" | tr -d ' ') in
	fd377a58) tool=xz ;;
	28b52ffd) tool=zstd ;;
	1f8b*) tool=gzip ;;
	*) return 1 ;;
	esac
	dd if="$1" iflag=skip_bytes,count_bytes skip=$start count=$length bs=1M status=none |
		$tool -dcq >"$2"
}

number() { od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }
