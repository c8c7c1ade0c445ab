# on: linux dom0 guest
. /vm/env
cat /proc/uptime; [ $ROLE = linux ] || { a=$(cat /proc/interrupts |grep vif);b=$(peer grep . /proc/interrupts |grep vif)
 traffic ${VIF:-eth0} 2 ; echo "$a" ; grep vif /proc/interrupts; echo "$b"; peer grep . /proc/interrupts |grep vif; cat /proc/uptime; traffic ${VIF:-eth0}; cat /proc/uptime; }
cat /proc/interrupts |grep vif
peer grep . /proc/interrupts |grep vif
false
