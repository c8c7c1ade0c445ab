# on: linux dom0 guest
. /vm/env
cat /proc/interrupts |sed '/NMI/,$d'
ls -la /sys/class/net
cat /proc/uptime
[ $ROLE = linux ] || { cat /vm/env; ifconfig -a; time traffic ${VIF:-eth0} 2 ; cat /proc/uptime; traffic ${VIF:-eth0}; cat /proc/uptime; }
cat /proc/interrupts |grep vif
peer grep . /proc/interrupts |grep vif
false
