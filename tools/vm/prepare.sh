# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Everything that the machine is made of, kept in the cache: a Debian kernel, an initrd with the modules that the guest
# needs, the backing files of its memory, and the engine's classes.

# The kernel modules that init loads, with what they depend on.
vm_modules=(9p 9pnet_virtio virtio_pci virtio_blk virtio_console virtio_rng virtio_pmem nfit nd_pmem nd_btt dax_pmem device_dax
    ext4 crc32c_generic crc32c_intel xfs loop dummy ib_uverbs rdma_rxe crc32_generic)

# A package and the command or file that shows that it is there, however it came.
vm_needed=(
    "qemu-system-x86 qemu-system-x86_64"
    "busybox-static /bin/busybox"
    "ndctl ndctl"
    "daxctl daxctl"
    "xfsprogs mkfs.xfs"
    "xfsdump xfs_fsr"
    "e2fsprogs mkfs.ext4"
    "kmod depmod"
    "cpio cpio"
    "gcc gcc"
    "iproute2 rdma"
    "libibverbs-dev /usr/include/infiniband/verbs.h"
    "ibverbs-providers /etc/libibverbs.d/rxe.driver"
)

vm_as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# package proof...
vm_packages() {
    local entry package proof missing=()
    for entry in "$@"; do
        read -r package proof <<<"$entry"
        if ! PATH=$PATH:/sbin:/usr/sbin command -v "$proof" >/dev/null && [ ! -e "$proof" ]; then
            missing+=("$package")
        fi
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    if ! command -v apt-get >/dev/null || [ "${SELKIE_VM_APT:-yes}" = no ]; then
        fail "missing: ${missing[*]}; install them (on Debian: apt-get install ${missing[*]})"
    fi
    say "installing ${missing[*]}"
    vm_as_root apt-get -qq update
    vm_as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null ||
        fail "apt-get could not install ${missing[*]}"
}

# The stock kernel: the full one; Debian's cloud image lacks 9p. Unpacked, not installed.
vm_kernel() {
    if [ -e "$cache/kernel/release" ]; then
        return 0
    fi
    command -v apt-get >/dev/null || fail "no apt-get to fetch Debian's linux-image-amd64 with"
    local package
    package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: *//p' | head -n 1)
    if [ -z "$package" ]; then
        vm_as_root apt-get -qq update
        package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: *//p' | head -n 1)
    fi
    [ -n "$package" ] || fail "apt knows no linux-image-amd64"
    say "fetching $package (70 MB)"
    rm -rf "$cache/kernel.new" && mkdir -p "$cache/kernel.new"
    (cd "$cache/kernel.new" && apt-get -qq download "$package" 2>/dev/null) ||
        { vm_as_root apt-get -qq update && (cd "$cache/kernel.new" && apt-get -qq download "$package" 2>/dev/null); } ||
        fail "apt-get download $package failed"
    dpkg -x "$cache/kernel.new/"*.deb "$cache/kernel.new/tree"
    rm "$cache/kernel.new/"*.deb
    local release
    release=$(basename "$cache/kernel.new/tree/lib/modules/"*)
    /sbin/depmod -b "$cache/kernel.new/tree" "$release"
    mv "$cache/kernel.new/tree/boot/vmlinuz-$release" "$cache/kernel.new/vmlinuz"
    echo "$release" >"$cache/kernel.new/release"
    rm -rf "$cache/kernel" && mv "$cache/kernel.new" "$cache/kernel"
}

# Where the initrd goes, and the kernel whose modules it holds; without one it holds none.
vm_initrd() {
    local initrd=$1 kernel=${2:-} file
    if [ "$initrd" -nt "$here/guest/init" ] && [ "$initrd" -nt "$here/prepare.sh" ] &&
        { [ -z "$kernel" ] || [ "$initrd" -nt "$kernel/release" ]; }; then
        return 0
    fi
    local tree=$initrd.tree
    rm -rf "$tree" && mkdir -p "$tree"/{bin,dev,proc,sys,host,lib/modules}
    cp /bin/busybox "$tree/bin/busybox"
    cp "$here/guest/init" "$tree/init"
    chmod 755 "$tree/init"
    : >"$tree/modules"
    if [ -n "$kernel" ]; then
        vm_module_files "$kernel" >"$cache/modules"
        while read -r file; do
            cp "$file" "$tree/lib/modules/"
            basename "$file" >>"$tree/modules"
        done <"$cache/modules"
        [ -s "$tree/modules" ] || fail "no modules in $kernel"
    fi
    (cd "$tree" && find . | cpio -o -H newc --quiet) | gzip -1 >"$initrd.new"
    mv "$initrd.new" "$initrd"
    rm -rf "$tree"
}

# In the order of their loading, each once. A hook that ndctl installs would run commands here, so no configuration.
vm_module_files() {
    local release module
    release=$(cat "$1/release")
    for module in "${vm_modules[@]}"; do
        /sbin/modprobe -C /dev/null -d "$1/tree" -S "$release" --show-depends "$module" 2>/dev/null |
            sed -n 's/^insmod \([^ ]*\).*/\1/p'
    done | awk '!seen[$0]++'
}

# Sparse, and made anew when asked for: their content is spoiled by every run. Each of another size, which is how the guest
# tells them apart: the order of the regions is not that of the command line.
vm_backing() {
    mkdir -p "$cache/media"
    local name size
    while read -r name size; do
        rm -f "$cache/media/$name"
        truncate -s "$size" "$cache/media/$name"
    done <<'TEXT'
ext4 512M
xfs 640M
device 256M
virtio 384M
disk 256M
TEXT
}

# What the guest's tests need in C: a library that asks soft-RoCE for a pin, and a holder of a mapping. The guest runs them
# with the libraries that are here. Where they cannot be built, the tests that want them say so and skip.
vm_programs() {
    local out=$cache/programs source
    mkdir -p "$out"
    for source in pin hold; do
        if [ "$out/$source" -nt "$here/guest/$source.c" ]; then
            continue
        fi
        case $source in
            pin) set -- -shared -fPIC -libverbs ;;
            *) set -- ;;
        esac
        gcc -O2 -Wall -Wextra -o "$out/$source.new" "$here/guest/$source.c" "$@" && mv "$out/$source.new" "$out/$source" ||
            say "guest/$source.c cannot be built: the tests that need it are skipped"
    done
}

# The engine's classes and its tests, and what runs them, in the cache: the guest sees all of this machine read-only.
vm_classes() {
    jdk=$("$root/tools/bin/find-jdk") || exit 1
    local built=$here/target/vm/built newer
    newer=$(find "$root/pom.xml" "$root/engine/pom.xml" "$root/engine/src" "$root/native-headers" "$here/pom.xml" "$here/src" \
        -newer "$built" 2>/dev/null | head -n 1 || true)
    if [ -e "$built" ] && [ -z "$newer" ]; then
        return 0
    fi
    say "building"
    export JAVA25_HOME="$jdk"
    command -v java >/dev/null 2>&1 || export JAVA_HOME="$jdk"
    local log
    log=$(cd "$root" && mvn -q -B -ntp -DskipTests -Dcheckstyle.skip=true package -pl tools/vm -am 2>&1 </dev/null) ||
        { printf '%s\n' "$log" >&2; fail "the build failed, see above"; }
}

vm_prepare() {
    mkdir -p "$cache"
    vm_packages "${vm_needed[@]}"
    vm_kernel
    vm_initrd "$cache/initrd" "$cache/kernel"
    vm_programs
    vm_classes
}
