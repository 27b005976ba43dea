# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A kernel that has MAP_DIRECT: Debian's linux-source with tools/vm/kernel/map-direct.patch. Takes twenty minutes of processor
# time, so it is built only when asked for, and kept as long as Debian's source, the patches and the configuration are the same.

vm_build_needed=("gcc gcc" "make make" "flex flex" "bison bison" "bc bc" "patch patch" "xz-utils xz"
    "libelf-dev /usr/include/libelf.h")

# What the kernel in the cache was built from.
vm_kernel_key() {
    cat "$here/kernel/map-direct.patch" "$here/kernel/impostors.patch" "$here/kernel/config" | sha256sum | cut -d ' ' -f 1
}

vm_kernel_source() {
    local build=$cache/kernel-build
    if [ -e "$build/key" ] && [ "$(cat "$build/key")" = "$(vm_kernel_key)" ]; then
        return 0
    fi
    rm -rf "$build" && mkdir -p "$build"
    say "fetching linux-source-6.1 (140 MB)"
    (cd "$build" && apt-get -qq download linux-source-6.1 2>/dev/null) ||
        { vm_as_root apt-get -qq update && (cd "$build" && apt-get -qq download linux-source-6.1 2>/dev/null); } ||
        fail "apt-get download linux-source-6.1 failed"
    dpkg -x "$build/"*.deb "$build/package"
    mkdir "$build/source"
    tar -C "$build/source" --strip-components=1 -xf "$build/package/usr/src/linux-source-6.1.tar.xz"
    rm -rf "$build/package" "$build/"*.deb
    local one
    for one in map-direct impostors; do
        patch -s -p1 -d "$build/source" <"$here/kernel/$one.patch" || fail "$one.patch does not fit this linux-source-6.1"
    done
    make -s -C "$build/source" tinyconfig >/dev/null
    (cd "$build/source" && scripts/kconfig/merge_config.sh -m .config "$here/kernel/config" >/dev/null 2>&1)
    make -s -C "$build/source" olddefconfig
    while read -r one; do
        grep -qx "$one" "$build/source/.config" || fail "this kernel does not take $one"
    done < <(sed -n '/^CONFIG_[A-Z0-9_]*=y/p' "$here/kernel/config")
    vm_kernel_key >"$build/key"
}

# Politely, and from where it was interrupted.
vm_build_kernel() {
    local image=$cache/kernel-map-direct
    if [ -e "$image/key" ] && [ "$(cat "$image/key")" = "$(vm_kernel_key)" ]; then
        say "built already: $image/vmlinuz"
        return 0
    fi
    vm_packages "${vm_build_needed[@]}"
    vm_kernel_source
    say "building a kernel with MAP_DIRECT, twenty minutes of processor time"
    local began=$SECONDS
    nice -n 10 make -s -j"$(nproc)" -C "$cache/kernel-build/source" bzImage >"$cache/kernel-build/log" 2>&1 ||
        { tail -n 20 "$cache/kernel-build/log" >&2; fail "the kernel does not build, see $cache/kernel-build/log"; }
    mkdir -p "$image"
    cp "$cache/kernel-build/source/arch/x86/boot/bzImage" "$image/vmlinuz"
    make -s -C "$cache/kernel-build/source" kernelrelease >"$image/release"
    vm_kernel_key >"$image/key"
    rm -rf "$cache/kernel-build"
    say "built in $((SECONDS - began)) s: $image/vmlinuz"
}
