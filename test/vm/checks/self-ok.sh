# on: linux dom0 guest
cat /proc/interrupts
ls -la /sys/class/net
cat /sys/devices/system/cpu/online
id; cat /proc/uptime
for d in 1 2 3; do dev=$(link $d) || continue; echo $d $dev; traffic $dev; done
[ $ROLE = linux ] && traffic $(link 1) 2
counts | grep total
false
