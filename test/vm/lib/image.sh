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

gcc_library() {
	ldconfig -p | sed -nE 's/.*libgcc_s\.so\.1 .*x86-64.* => //p' | head -n 1
}

# pack ROOT OUT
pack() {
	(cd "$1" && find . -print0 | cpio --quiet -0 -o -H newc -R 0:0) >"$2" || die "cannot pack $2"
}
