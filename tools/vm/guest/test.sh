#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In the guest: the engine's tests that want real DAX, in one JVM.
echo "guest: Linux $(uname -r), emulated NVDIMMs (no figure of time means anything here)"
cd /tmp || exit 1
select=$(sed -n 's/.*selkie\.select=\([^ ]*\).*/\1/p' /proc/cmdline | tr ',' ' ')
# shellcheck disable=SC2086 # class names, split at blanks
exec "$JAVA" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED -Dnet.bytebuddy.experimental=true \
    -cp "$SELKIE_ROOT/engine/target/test-classes:$SELKIE_ROOT/tools/vm/target/vm/lib/*" org.selkie.vm.GuestTests \
    "ext4:selkie.dax.directory=/mnt/ext4,selkie.dax.device=$DEVICE" \
    "xfs:selkie.dax.directory=/mnt/xfs" \
    -- ${select:-org.selkie.extent.DaxTest}
