#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In the guest: the engine's tests that want real DAX, in one JVM. On a kernel with MAP_DIRECT those of that tier alone.
echo "guest: Linux $(uname -r), emulated NVDIMMs (no figure of time means anything here)"
cd /tmp || exit 1
word() {
    sed -n "s/.*selkie\.$1=\([^ ]*\).*/\1/p" /proc/cmdline
}
select=$(word select | tr ',' ' ')
# Soft-RoCE, which asks the kernel for long-term pins as a card does.
ip link add dummy0 type dummy 2>/dev/null
ip link set dummy0 up && rdma link add rxe0 type rxe netdev dummy0 2>/dev/null || echo "guest: no soft-RoCE, nothing is pinned"
ext4="ext4:selkie.dax.directory=/mnt/ext4,selkie.dax.device=$DEVICE,selkie.medium=FS_DAX,selkie.medium.path=/mnt/ext4"
xfs="xfs:selkie.dax.directory=/mnt/xfs,selkie.medium=FS_DAX,selkie.medium.path=/mnt/xfs"
kind=$(word kind)
if [ -n "$kind" ]; then
    set -- "$ext4" "$xfs" -- ${select:-org.selkie.extent.MapDirectKernelTest}
    # What an impostor's lease takes; by default it is 45 s.
    echo 2 >/proc/sys/fs/lease-break-time
else
    virtio=
    ! mountpoint -q /mnt/virtio ||
        virtio="virtio-pmem:selkie.medium=FS_DAX_ASYNC,selkie.medium.path=/mnt/virtio:org.selkie.extent.MediaTest"
    # shellcheck disable=SC2086 # one medium or none
    set -- "$ext4" "$xfs" $virtio \
        "ext4-without-DAX:selkie.medium=PAGE_CACHE,selkie.medium.path=/mnt/disk:org.selkie.extent.MediaTest" \
        "tmpfs:selkie.medium=TMPFS,selkie.medium.path=/dev/shm:org.selkie.extent.MediaTest" \
        "device-dax:selkie.medium=DEVICE_DAX,selkie.medium.path=$DEVICE:org.selkie.extent.MediaTest" \
        -- ${select:-org.selkie.extent.DaxTest org.selkie.extent.BlockMapOnDaxTest org.selkie.extent.MediaTest}
fi
# Children are interpreted: with compilers they died in the emulator now and then (docs/vm.md).
exec "$JAVA" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -Dnet.bytebuddy.experimental=true -Dselkie.child.options=-Xint \
    -Dselkie.pin.library=/mnt/cache/programs/pin ${kind:+-Dselkie.mapdirect.bit=$(word bit) -Dselkie.mapdirect.kind=$kind} \
    -Dselkie.domain=$(word domain) -Dselkie.mapdirect.holder=/mnt/cache/programs/hold \
    -cp "$SELKIE_ROOT/engine/target/test-classes:$SELKIE_ROOT/tools/vm/target/vm/lib/*" org.selkie.vm.GuestTests "$@"
