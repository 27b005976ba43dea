# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The machine, and what is done with it. There is no KVM in it on purpose: it has to run where there is none, and what is
# looked at is what the kernel grants, not how fast.

# Starts QEMU and waits for it: domain (cpu or mem-ctrl), what the guest runs, further options of QEMU.
vm_boot() {
    local domain=$1 run=$2
    shift 2
    local kernel=${vm_kernel_image:-$cache/kernel/vmlinuz} initrd=${vm_initrd_image:-$cache/initrd}
    qemu-system-x86_64 \
        -machine "q35,nvdimm=on,nvdimm-persistence=$domain" -accel tcg,thread=multi -cpu max,la57=off -smp 2 \
        -m 2G,slots=8,maxmem=32G -display none -monitor none -no-reboot -nodefaults -net none \
        -object "memory-backend-file,id=m0,share=on,mem-path=$cache/media/ext4,size=512M" -device nvdimm,id=d0,memdev=m0 \
        -object "memory-backend-file,id=m1,share=on,mem-path=$cache/media/xfs,size=640M" -device nvdimm,id=d1,memdev=m1 \
        -object "memory-backend-file,id=m2,share=on,mem-path=$cache/media/device,size=256M" -device nvdimm,id=d2,memdev=m2 \
        -object "memory-backend-file,id=m3,share=on,mem-path=$cache/media/virtio,size=384M" -device virtio-pmem-pci,memdev=m3 \
        -drive "if=virtio,format=raw,file=$cache/media/disk" \
        -fsdev local,id=f0,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=f0,mount_tag=hostroot \
        -device virtio-rng-pci "$@" \
        -kernel "$kernel" -initrd "$initrd" \
        -append "console=ttyS0 quiet mitigations=off panic=-1 selkie.root=$root selkie.java=$jdk/bin/java selkie.run=$run ${vm_words:-}"
}

vm_domain_options() {
    domains=() selected=()
    while [ $# -gt 0 ]; do
        case $1 in
            --domain)
                case ${2:-} in
                    cpu | mem-ctrl) domains+=("$2") ;;
                    *) fail "--domain \"${2:-}\": expected cpu (caches flush themselves) or mem-ctrl" ;;
                esac
                shift 2
                ;;
            --select)
                selected+=("${2:?--select wants a class}")
                shift 2
                ;;
            *) fail "unknown option \"$1\"; see selkie vm --help" ;;
        esac
    done
    [ "${#domains[@]}" -gt 0 ] || domains=(mem-ctrl cpu)
}

# The guest's command: a script of tools/vm/guest, as the kernel's command line takes no blanks.
vm_test() {
    local domain status=0 began
    vm_domain_options "$@"
    local IFS=,
    local vm_words="${selected:+selkie.select=${selected[*]}}"
    unset IFS
    for domain in "${domains[@]}"; do
        vm_backing
        began=$SECONDS
        say "booting, nvdimm-persistence=$domain"
        : >"$cache/console"
        vm_boot "$domain" "$here/guest/test.sh" -serial "file:$cache/console" &
        vm_follow $! "$cache/console"
        if ! grep -q '^guest: status 0' "$cache/console"; then
            status=1
        fi
        say "nvdimm-persistence=$domain: $((SECONDS - began)) s"
    done
    return $status
}

# Shows the console until the machine is off; ends the machine with this script.
vm_follow() {
    local pid=$1 console=$2
    # shellcheck disable=SC2064 # the pid of now
    trap "kill $pid 2>/dev/null" EXIT
    tail -n +1 -f --pid="$pid" "$console" | tr -d '\r'
    wait "$pid" || say "QEMU ended with status $?"
    trap - EXIT
}

vm_shell() {
    vm_domain_options "$@"
    [ -e "$cache/media/ext4" ] || vm_backing
    vm_boot "${domains[0]}" /bin/sh -serial stdio
}
