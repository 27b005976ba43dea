#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In the guest: counts of what appending costs on each medium.
echo "guest: Linux $(uname -r), emulated NVDIMMs (no figure of time means anything here)"
cd /tmp || exit 1
virtio=
! mountpoint -q /mnt/virtio || virtio=virtio-pmem=/mnt/virtio/bench
# shellcheck disable=SC2086 # one medium or none
exec "$JAVA" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -cp "$SELKIE_ROOT/tools/vm/target/vm/lib/*" org.selkie.vm.GuestBench \
    ext4-DAX=/mnt/ext4/bench xfs-DAX=/mnt/xfs/bench "device-dax=$DEVICE" $virtio \
    ext4=/mnt/disk/bench tmpfs=/dev/shm/bench=memory
