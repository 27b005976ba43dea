#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In the guest: one round of the power cuts. The kernel's command line has the round and what it is to do.
word() {
    sed -n "s/.*selkie\.$1=\([^ ]*\).*/\1/p" /proc/cmdline
}
cd /tmp || exit 1
media=
for medium in $(word media | tr ',' ' '); do
    case $medium in
        ext4) media="$media ext4=/mnt/ext4/cut" ;;
        xfs) media="$media xfs=/mnt/xfs/cut" ;;
        device) media="$media device=$DEVICE" ;;
        control) media="$media control=/mnt/disk/cut=control" ;;
        nosync) media="$media nosync=/mnt/ext4/plain=nosync" ;;
        sync) media="$media sync=/mnt/ext4/plain=sync" ;;
    esac
done
# shellcheck disable=SC2086 # arguments without blanks
exec "$JAVA" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -cp "$SELKIE_ROOT/tools/vm/target/vm/lib/*" org.selkie.vm.PowerCut \
    "$(word round)" "$(ls /dev/vport*p1)" "$(word before)" "$(word phase)" $media
