#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Ansible collection of dist/ansible, with ten hosts: each is a saved machine, all are here
# (connection: local). The lines "# run:" sum up what each run of the playbook did.
# shellcheck disable=SC2016 # awk's, jq's and other shells'
# shellcheck source=test/tap.sh
. "$(dirname "$0")/../tap.sh"

if ! command -v ansible-playbook >/dev/null; then
	skip "the Ansible collection" "no ansible-playbook (make deps-ecosystem)"
	finish
	exit
fi
collection=$tmp/collections/ansible_collections/irqkit/irqkit
mkdir -p "${collection%/*}"
ln -s "$PWD/dist/ansible" "$collection"
export ANSIBLE_COLLECTIONS_PATH=$tmp/collections ANSIBLE_HOME=$tmp/home ANSIBLE_LOCAL_TEMP=$tmp/home \
	ANSIBLE_PIPELINING=true ANSIBLE_REMOTE_TEMP=$tmp/home ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_CONFIG=$tmp/ansible.cfg \
	PYTHONDONTWRITEBYTECODE=1
: >"$tmp/ansible.cfg"
cd "$tmp" || exit
here=$OLDPWD

# ---- the fleet -----------------------------------------------------------------------------
# Xen guests, a dom0, two sockets, five cards, missing CPU numbers, ARM, a bond, isolated CPUs.
declare -A machine=([web1]=xen-4.9-domu-8cpu [web2]=xen-6.1-domu [dom0]=xen-vifs-4cpu [db1]=linux-6.1-16cpu
	[big]=cloud-nics-16cpu [sparse]=gap-8cpu [pi]=rpi4-4cpu [router]=usb-r2s-4cpu [bond]=bond-i40e-8cpu
	[rt]=isolate-8cpu)
declare -A policy=([web1]='set eth1 --cpus=1\nrps eth1 --auto' [web2]='spread eth0' [dom0]="-spread 'vif*'"
	[db1]='spread eth0 eth1\nxps eth1 --auto' [big]='spread ens5' [sparse]='spread eth0' [pi]='rps eth0 --cpus=2-3'
	[router]='rps eth0 eth1 --auto' [bond]='spread bond0' [rt]='isolate 4-7\nspread eth0')
mapfile -t hosts < <(printf '%s\n' "${!machine[@]}" | sort)
n=${#hosts[@]}
mkdir host_vars roots
{
	echo '[all:vars]'
	echo 'ansible_connection=local'
	echo "ansible_python_interpreter=$(command -v /usr/bin/python3 || command -v python3)"
} >vars
for h in "${hosts[@]}"; do
	cp -RP "$roots/${machine[$h]}" "roots/$h"
	chmod -R u+w "roots/$h"
	{
		echo "irqkit_root: $tmp/roots/$h"
		echo 'irqkit_policies:'
		echo '  50-site: |'
		printf '%b\n' "${policy[$h]}" | sed 's/^/    /'
	} >"host_vars/$h.yml"
done
{ printf '%s\n' "${hosts[@]}"; cat vars; } >inventory
cat >site.yml <<E
- hosts: all
  gather_facts: false
  roles: [irqkit.irqkit.irqkit]
  vars: {irqkit_executable: $O/irqkit}
E

# play NAME [OPTION...]: runs the playbook; its status and output are in $status and NAME.out
within=()
play() {
	local name=$1
	shift
	"${within[@]}" ansible-playbook -i inventory --forks 2 "$@" >"$name.out" 2>&1
	status=$?
	recap "$name.out" >"$name.recap"
	awk -v name="$name" '{ changed += $2 > 0; failed += $3 > 0 }
		END { printf "# run: %-28s %2d hosts, %2d changed, %2d failed\n", name, NR, changed, failed }' "$name.recap"
}
# recap FILE: "HOST CHANGED FAILED" of each host
recap() { sed -nE 's/^([a-z0-9]+) +: ok=.* changed=([0-9]+) +unreachable=0 +failed=([0-9]+) .*/\1 \2 \3/p' "$1"; }
# are NAME CONDITION: the hosts for which it holds, as awk's $2 (changed) and $3 (failed)
are() { awk "$2 { print \$1 }" "$1.recap" | paste -sd' '; }
# text NAME: the output of a run, if that is not as it should be
text() { tail -n 60 "$1.out"; }
state() { (cd roots && find . -type f -path "${1:-*}" ! -path '*/run/*' -exec cksum {} + | sort -k 3); }

# ---- the same playbook, again and again ---------------------------------------------------
before=$(state)
play check-first --check --diff site.yml
result $status "check mode of new hosts succeeds" "$(text check-first)"
same "it says that all $n would change" "${hosts[*]}" "$(are check-first '$2')"
same "and changes nothing" "$before" "$(state)"
check "it shows the policy file" grep -qx '+set eth1 --cpus=1' check-first.out
check "and the settings" grep -qxF -e '+/proc/irq/283/smp_affinity (eth1): 1' check-first.out

play first site.yml
result $status "the first run succeeds" "$(text first)"
same "it changes all $n hosts" "${hosts[*]}" "$(are first '$2')"
after=$(state)
play second --diff site.yml
result $status "the second run succeeds" "$(text second)"
same "it changes no host" "" "$(are second '$2')"
same "and no file" "$after" "$(state)"
play check-second --check --diff site.yml
same "check mode agrees" "0 " "$status $(are check-second '$2')"
for h in "${hosts[@]}"; do
	check "$h: the policy holds, as irqkit says" "$O/irqkit" check --root "$tmp/roots/$h"
done

# ---- drift -----------------------------------------------------------------------------------
"$O/irqkit" rps eth0 --off -q --root "$tmp/roots/router"
"$O/irqkit" set eth1 --cpus=7 -q --root "$tmp/roots/web1"
play check-drift --check --diff site.yml
same "check mode finds the drift of two hosts" "0 router web1" "$status $(are check-drift '$2')"
check "it shows the setting as it is" grep -qxF -e '-/proc/irq/283/smp_affinity (eth1): 7' check-drift.out
check "and as it should be" grep -qxF -e '+/proc/irq/283/smp_affinity (eth1): 1' check-drift.out
check "also of the other host" grep -qE '^-/sys/class/net/eth0/queues/rx-0/rps_cpus \(eth0:rx-0\): -$' check-drift.out
play repair site.yml
same "a run repairs both, and only them" "0 router web1" "$status $(are repair '$2')"
same "everything is as after the first run" "$after" "$(state)"

# ---- failures: each names its reason, and hides no other host -------------------------------
rm roots/sparse/proc/interrupts
sed -i 's/spread/spraed/' host_vars/big.yml
sed -i 's/spread eth0/spread eth9/' host_vars/web2.yml
sed -i 's/rps eth0 --cpus=2-3/rps eth0 --cpus=1-3/' host_vars/pi.yml
kept=$(state '*/etc/*')
play failures site.yml
same "the run fails on three hosts, and changes another" "2 big sparse web2 pi" "$status $(are failures '$3') $(are failures '$2')"
# said HOST: what the failure of a host says
said() { sed -nE "s/^fatal: \\[$1\\]: FAILED! => .*\"msg\": \"([^\"]*)\".*/\1/p" failures.out; }
same "a mistake is reported as irqkit reports it, with the file where it will be" \
	"irqkit: $tmp/roots/big/etc/irqkit.d/50-site.conf:1: unknown command 'spraed'; did you mean 'spread'?\\nirqkit: nothing was changed" "$(said big)"
check "a broken tree is reported as irqkit reports it" grep -q '^irqkit: .*proc/interrupts' <(said sparse)
check "a missing device is reported as irqkit reports it" grep -q "50-site.conf:1: nothing matches 'eth9'" <(said web2)
same "a file with a mistake does not replace one without" "$(grep /big/ <<<"$kept")" "$(state '*/etc/*' | grep /big/)"
play missing site.yml --limit web2 --extra-vars irqkit_allow_missing=true
result $status "a device may be missing" "$(text missing)"
# Ansible breaks warnings into lines: where, depends on the length of the path before it.
check "and is said all the same" grep -q "nothing matches 'eth9'" <(tr -s '\n ' ' ' <missing.out)

# ---- the role on a host without irqkit -------------------------------------------------------
# The binary is copied, with its units; systemctl is one that only remembers what it is told.
mkdir bin units rules
cat >bin/systemctl <<'E'
#!/bin/sh
here=${0%/bin/*}
unit=$(printf '%s\n' "$@" | grep '^irqkit' | head -n 1)
case $1 in
show) echo "LoadState=loaded"; echo "ActiveState=$(cat "$here/$unit.active" 2>/dev/null || echo inactive)" ;;
is-enabled) cat "$here/$unit.enabled" 2>/dev/null || { echo disabled; exit 1; } ;;
is-active) cat "$here/$unit.active" 2>/dev/null || exit 3 ;;
enable) echo enabled >"$here/$unit.enabled" ;;
disable) rm -f "$here/$unit.enabled" ;;
start | restart | reload) echo active >"$here/$unit.active" ;;
stop) rm -f "$here/$unit.active" ;;
esac
[ "$1" = show ] || [ "$1" = is-enabled ] || [ "$1" = is-active ] || echo "$*" >>"$here/told"
E
chmod +x bin/systemctl
# The program sees a saved machine as the running system.
cp -RP "$roots/queues-8cpu" live
chmod -R u+w live
printf '#!/bin/sh\ncommand=$1\nshift\nexec "%s" "$command" --root "%s" "$@"\n' "$O/irqkit" "$tmp/live" >program
cat >new.yml <<E
- hosts: new
  gather_facts: false
  roles: [irqkit.irqkit.irqkit]
  vars:
    irqkit_install: binary
    irqkit_binary: $tmp/program
    irqkit_binary_dir: $tmp/sbin
    irqkit_unit_dir: $tmp/units
    irqkit_udev_dir: $tmp/rules
    irqkit_policies: {50-site: [set eth1 --cpus=7]}
E
# units: what is enabled and runs
units() { find . -maxdepth 1 -name 'irqkit*.*ed' -o -maxdepth 1 -name 'irqkit*.active' | sed 's|./||' | sort | paste -sd' '; }
sed 's/^\[all:vars\]/new\n&/' inventory >with-new && mv with-new inventory
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	# for this host, /etc is that of the saved machine
	mkdir -p live/etc/irqkit.d
	cp -RP /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/alternatives live/etc 2>/dev/null
	within=(unshare -m sh -c 'mount --bind "$0" /etc && exec "$@"' "$tmp/live/etc")
	PATH=$tmp/bin:$PATH
	play new-check --check --diff new.yml
	result $status "check mode succeeds on a host that has no irqkit" "$(text new-check)"
	check "it shows the policy file" grep -qx '+set eth1 --cpus=7' new-check.out
	check "and says that the rest is not known" grep -q 'irqkit is not installed yet' <(tr -s '\n ' ' ' <new-check.out)
	same "and installs nothing" "" "$(find sbin units rules told live/etc/irqkit.d -type f 2>/dev/null)"
	play new new.yml
	result $status "irqkit is installed" "$(text new)"
	check "it runs" sbin/irqkit show
	same "the unit names it" "ExecStart=$tmp/sbin/irqkit apply --stay" "$(grep ^ExecStart= units/irqkit.service)"
	same "all that systemd and udev read is there" "60-irqkit.rules irqkit-apply.path irqkit-apply.service irqkit.service" \
		"$(find units rules -type f -printf '%f\n' | sort | paste -sd' ')"
	same "the daemon is enabled and runs" "irqkit.service.active irqkit.service.enabled" "$(units)"
	same "the policy is applied" "80" "$(cat live/proc/irq/28/smp_affinity)"
	: >told
	play new-again new.yml
	same "a second run changes nothing" "0  " "$status $(are new-again '$2') $(cat told)"
	play new-file new.yml --extra-vars '{"irqkit_policies": {"50-site": "set eth1 --cpus=6"}}'
	same "after a change of a file, the daemon reads it" "0 new reload irqkit.service" "$status $(are new-file '$2') $(cat told)"
	play new-apply new.yml --extra-vars irqkit_unit=irqkit-apply.service
	same "the other unit takes its place" "irqkit-apply.path.active irqkit-apply.service.enabled" "$(units)"
	: >told
	play new-apply-again new.yml --extra-vars irqkit_unit=irqkit-apply.service
	same "a second run changes nothing then, either" "0  " "$status $(are new-apply-again '$2') $(cat told)"
	# A package that every host has is not installed again.
	play package new.yml --extra-vars '{"irqkit_install": "package", "irqkit_package": "coreutils", "irqkit_unit": "", "irqkit_apt_cache_valid_time": 0}' \
		--extra-vars "irqkit_executable=$tmp/sbin/irqkit"
	same "a package that is there is no change" "0 " "$status $(are package '$2')"
	within=()
else
	skip "the role on a host without irqkit" "needs root and mount name spaces"
fi

# ---- the package, where apt's lists are old ---------------------------------------------------
# apt and dpkg of a separate host below host/, which has never updated the list of its repository.
if command -v apt-get dpkg-deb >/dev/null && /usr/bin/python3 -c 'import apt' 2>/dev/null; then
	mkdir -p host/{etc,lists/partial,cache/archives/partial,var/lib/dpkg/info,var/lib/dpkg/updates} repo deb/DEBIAN
	: >host/var/lib/dpkg/status
	printf '%s\n' 'Package: irqkit-of-test' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
		'Description: it has no files' >deb/DEBIAN/control
	dpkg-deb --root-owner-group --build deb repo/irqkit-of-test.deb >/dev/null
	{ cat deb/DEBIAN/control; printf '%s\n' 'Filename: ./irqkit-of-test.deb' "Size: $(stat -c %s repo/irqkit-of-test.deb)" \
		"SHA256: $(sha256sum <repo/irqkit-of-test.deb | cut -d' ' -f1)"; } >repo/Packages
	echo "deb [trusted=yes] file:$tmp/repo ./" >host/etc/sources.list
	cat >apt.conf <<-E
		Dir::Etc "$tmp/host/etc";
		Dir::Etc::main "none";
		Dir::Etc::parts "none";
		Dir::State "$tmp/host";
		Dir::State::status "$tmp/host/var/lib/dpkg/status";
		Dir::Cache "$tmp/host/cache";
		Dir::Log "$tmp/host";
		APT::Sandbox::User "root";
		DPkg::Options {"--root=$tmp/host"; "--log=/dev/null"; "--force-not-root"; "--force-bad-path";};
	E
	package='"irqkit_install": "package", "irqkit_package": "irqkit-of-test", "irqkit_unit": "", "irqkit_check": false, "irqkit_policies": {}'
	apt_play() {
		local name=$1
		shift
		APT_CONFIG=$tmp/apt.conf play "$name" new.yml --extra-vars "{$package, $1}" --extra-vars "irqkit_executable=$O/irqkit"
	}
	apt_play old-lists '"irqkit_apt_cache_valid_time": 0'
	same "without an update of the lists, apt does not find the package" "2 1" "$status $(grep -c "No package matching 'irqkit-of-test'" old-lists.out)"
	apt_play new-lists '"irqkit_apt_cache_valid_time": 1'
	same "the lists are updated, and the package is installed" "0 new 1" \
		"$status $(are new-lists '$2') $(grep -c '^Package: irqkit-of-test' host/var/lib/dpkg/status)"
	[ "$status" -eq 0 ] || sed 's/^/# /' new-lists.out | tail -n 20
	apt_play new-lists-again '"irqkit_apt_cache_valid_time": 1'
	same "a second update of the lists is no change" "0 " "$status $(are new-lists-again '$2')"
else
	skip "the package, where apt's lists are old" "no apt, or not for Python"
fi

# ---- the module ------------------------------------------------------------------------------
# module ROOT ARGUMENTS [--check] [--diff]: its result as JSON, as Ansible runs it
python=$(sed -n '1s/^#! *//p' "$(command -v ansible-playbook)")
module() {
	jq -nc --arg root "$tmp/$1" --arg program "$O/irqkit" --arg tmp "$tmp" --arg options "$*" \
		'{ANSIBLE_MODULE_ARGS: ({root: $root, executable: $program, _ansible_remote_tmp: $tmp,
			_ansible_check_mode: ($options | test("--check")), _ansible_diff: ($options | test("--diff"))} + '"$2"')}' |
		$python "$collection/plugins/modules/irqkit.py"
}
fresh() {
	rm -rf one
	cp -RP "$roots/queues-8cpu" one
	chmod -R u+w one
}
fresh
same "lines are applied without being kept" "true 1 0" \
	"$(module one '{policy: ["set eth1 --cpus=7", "# nothing"]}' | jq -r '"\(.changed) \(.changes | length) \(.files | length)"')"
same "and hold" "false" "$(module one '{policy: "set eth1 --cpus=7\n"}' | jq .changed)"
# lines_of_stdin POLICY: the result where Ansible's own stdin has lines of a policy
lines_of_stdin() {
	jq -nc --arg root "$tmp/one" --arg program "$O/irqkit" --argjson policy "$1" \
		'{ANSIBLE_MODULE_ARGS: {root: $root, executable: $program, policy: $policy}}' >arguments.json
	echo 'set eth1 --cpus=6' | $python "$collection/plugins/modules/irqkit.py" arguments.json
}
for none in '""' '[]' '"# nothing"'; do
	same "a policy of no lines ($none) has none of Ansible's stdin" "false 0" \
		"$(lines_of_stdin "$none" | jq -r '"\(.changed) \(.changes | length)"')"
done
same "a check finds no difference" "true" "$(module one '{policy: "set eth1 --cpus=7", state: "checked"}' | jq .document.ok)"
same "a check fails with what differs" \
	"1 of 1 setting differs, 0 missing|-:1: /proc/irq/28/smp_affinity (eth1) should be 5-6, but is 7: not yet applied" \
	"$(module one '{policy: "set eth1 --cpus=5-6", state: "checked"}' | jq -r .msg | paste -sd'|')"
same "no shell sees what a policy says" "irqkit: -:1: ';' must be quoted" \
	"$(module one '{policy: "set eth1 --cpus=1; touch hacked"}' | jq -r .msg | head -n 1 | sed -E "s/(must be quoted).*/\\1/")"
empty "really" "$(find . -name hacked)"
# A file is tried together with the others: what they isolate is isolated for it, too.
same "files are tried together" "true 2" "$(module one '{files: {"10-isolate": "isolate 2-3", "20-use": ["set eth1 --cpus=isolated"]}}' --check |
	jq -r '"\(.changed) \(.files | length)"')"
check "check mode writes no file" test ! -e one/etc/irqkit.d
same "files are written without being applied" "true 0" "$(module one '{state: "present", files: {"10-isolate": "isolate 2-3", "20-use": ["set eth1 --cpus=isolated"]}}' |
	jq -r '"\(.changed) \(.changes | length)"')"
same "each has its lines" "isolate 2-3 set eth1 --cpus=isolated" "$(cat one/etc/irqkit.d/*.conf | paste -sd' ')"
same "a file that the others need is not removed" "$(printf 'false\n%s' "$(ls one/etc/irqkit.d)")" \
	"$(module one '{absent: ["10-isolate"]}' | jq .changed; ls one/etc/irqkit.d)"
printf 'spread eth2\n' >one/etc/irqkit.d/90-old.conf
same "other files are removed if that is asked for" "30-all.conf" \
	"$(module one '{purge: true, files: {"30-all": "set eth1 --cpus=6"}}' >purge.json; ls one/etc/irqkit.d)"
same "the diff shows them" "10-isolate.conf 20-use.conf 30-all.conf 90-old.conf settings" \
	"$(printf 'spread eth2\n' >one/etc/irqkit.d/90-old.conf; cp one/etc/irqkit.d/90-old.conf one/etc/irqkit.d/10-isolate.conf; cp one/etc/irqkit.d/90-old.conf one/etc/irqkit.d/20-use.conf
	module one '{purge: true, files: {"30-all": "set eth1 --cpus=5"}}' --check --diff | jq -r '.diff[].before_header | sub(".*/"; "")' | paste -sd' ')"
for bad in '../x' 'a/b' '' '.x' 'x.conf'; do
	check "'$bad' is no name of a file" grep -q 'name of a policy file' <(module one "{files: {\"$bad\": \"spread eth2\"}}" | jq -r .msg)
done
chmod o+w one/etc/irqkit.d/30-all.conf
check "a file that others can write is refused, as by irqkit" grep -q '30-all.conf' <(module one '{}' | jq -r .msg)

# ---- what others read --------------------------------------------------------------------------
check "ansible-doc reads the module" ansible-doc irqkit.irqkit.irqkit
check "and the role" ansible-doc -t role irqkit.irqkit.irqkit
same "each option is documented" "$(ansible-doc -j irqkit.irqkit.irqkit | jq -r '.[].doc.options | keys[]')" \
	"$(sed -n '/argument_spec={/,/^        },/s/^            "\([a-z_]*\)": .*/\1/p' "$collection/plugins/modules/irqkit.py" | sort)"
same "each variable of the role is documented" \
	"$(sed -nE 's/^(irqkit_[a-z_]*):.*/\1/p' "$collection/roles/irqkit/defaults/main.yml" | sort)" \
	"$(ansible-doc -j -t role irqkit.irqkit.irqkit | jq -r '.[].entry_points.main.options | keys[]' | grep -vxE 'irqkit_(binary|root)')"
empty "the module imports only Python's own modules and Ansible's basic" \
	"$(grep -E '^(import|from) ' "$collection/plugins/modules/irqkit.py" | grep -vxE 'import (json|os|shutil|tempfile)|from (__future__|ansible\.module_utils\.basic) import .*')"
same "the collection has irqkit's version" "$(sed -n 's/^VERSION *= *//p' "$here/Makefile")" "$(sed -n 's/^version: //p' "$collection/galaxy.yml")"
check "the collection is installed from the sources" \
	bash -c 'cd "$1" && ansible-galaxy collection install ./dist/ansible -p "$2"' - "$here" "$tmp/installed"
same "with the units, not with links to them" "60-irqkit.rules irqkit-apply.path irqkit-apply.service.in irqkit.service.in" \
	"$(find installed -path '*/files/*' -type f -printf '%f\n' | sort | paste -sd' ')"
if command -v ansible-lint >/dev/null; then
	empty "ansible-lint has nothing to say" "$(cd "$collection" && ansible-lint --offline --nocolor -q --strict 2>&1 |
		grep -vE 'Unable to (load module|resolve FQCN for module) irqkit.irqkit.irqkit')"
else
	skip "ansible-lint has nothing to say" "no ansible-lint"
fi
finish
