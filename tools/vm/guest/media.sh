# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# The guest's media. Makes namespaces and file systems where there are none yet (they stay in the backing files) and mounts:
#   /mnt/ext4 /mnt/xfs   DAX on emulated NVDIMMs        /mnt/virtio   DAX on virtio-pmem, not synchronous
#   /mnt/disk            ext4 on a disk, without DAX    $DEVICE       /dev/dax on an emulated NVDIMM
# tools/vm/prepare.sh gives each backing file a size of its own.

first() {
    sed -n "s/.*\"$1\":\"\([a-z0-9.]*\)\".*/\1/p" | head -n 1
}

# region, mode, alignment: a namespace on all of it. A raw one, which is what there is at first, has no DAX.
make_namespace() {
    if [ "$(ndctl list -r "$1" -N -i 2>/dev/null | first mode)" != "$2" ]; then
        # shellcheck disable=SC2086 # the alignment is an option or nothing
        ndctl create-namespace -f -e "namespace${1#region}.0" -m "$2" -M mem ${3:+-a $3} >/dev/null ||
            echo "guest: no namespace of mode $2 on $1"
    fi
}

# file system, device, directory, options
mount_or_make() {
    mkdir -p "$3"
    if ! mount -t "$1" -o "$4" "$2" "$3" 2>/dev/null; then
        # Blocks laid out in units of 2 MiB, so that the kernel can map them as one page.
        case $1 in
            ext4) mkfs.ext4 -q -F -b 4096 -E stride=512,stripe_width=512 "$2" ;;
            xfs) mkfs.xfs -q -f -d su=2m,sw=1 -m reflink=1 "$2" ;;
        esac
        mount -t "$1" -o "$4" "$2" "$3" || echo "guest: $2 could not be mounted on $3 with $4"
    fi
}

ext4_options=$(sed -n 's/.*selkie\.ext4=\([^ ]*\).*/\1/p' /proc/cmdline)
ext4_options=${ext4_options:-dax=always}
DEVICE=
for region in /sys/bus/nd/devices/region*; do
    [ -e "$region/size" ] || continue
    name=${region##*/}
    case $(($(cat "$region/size") >> 20)) in
        256)
            make_namespace "$name" devdax 2M
            DEVICE=/dev/$(ndctl list -r "$name" -N -X 2>/dev/null | first chardev)
            ;;
        384) mount_or_make ext4 "/dev/$(ndctl list -r "$name" -N | first blockdev)" /mnt/virtio dax=always ;;
        512)
            make_namespace "$name" fsdax
            mount_or_make ext4 "/dev/$(ndctl list -r "$name" -N | first blockdev)" /mnt/ext4 "$ext4_options"
            ;;
        640)
            make_namespace "$name" fsdax
            mount_or_make xfs "/dev/$(ndctl list -r "$name" -N | first blockdev)" /mnt/xfs dax=always
            ;;
    esac
done
[ ! -e /dev/vda ] || mount_or_make ext4 /dev/vda /mnt/disk defaults
export DEVICE
