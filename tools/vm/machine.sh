# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The machine, and what is done with it. There is no KVM in it on purpose: it has to run where there is none, and what is
# looked at is what the kernel grants, not how fast.

# Becomes QEMU: domain (cpu or mem-ctrl), what the guest runs, further options of QEMU.
vm_boot() {
    local domain=$1 run=$2
    shift 2
    local kernel=${vm_kernel_image:-$cache/kernel/vmlinuz} initrd=${vm_initrd_image:-$cache/initrd}
    # Its region names no persistence domain, so beside it a fence is never known to be enough.
    local virtio=()
    [ "$domain" = cpu ] ||
        virtio=(-object "memory-backend-file,id=m3,share=on,mem-path=$cache/media/virtio,size=384M" -device virtio-pmem-pci,memdev=m3)
    # In a subshell, so that its pid is that of the machine.
    exec qemu-system-x86_64 \
        -machine "q35,nvdimm=on,nvdimm-persistence=$domain" -accel tcg,thread=multi -cpu max,la57=off -smp 2 \
        -m 2G,slots=8,maxmem=32G -display none -monitor none -no-reboot -nodefaults -net none \
        -object "memory-backend-file,id=m0,share=on,mem-path=$cache/media/ext4,size=512M" -device nvdimm,id=d0,memdev=m0 \
        -object "memory-backend-file,id=m1,share=on,mem-path=$cache/media/xfs,size=640M" -device nvdimm,id=d1,memdev=m1 \
        -object "memory-backend-file,id=m2,share=on,mem-path=$cache/media/device,size=256M" -device nvdimm,id=d2,memdev=m2 \
        "${virtio[@]}" \
        -drive "if=virtio,format=raw,file=$cache/media/disk" \
        -fsdev local,id=f0,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=f0,mount_tag=hostroot \
        -fsdev "local,id=f1,path=$cache,security_model=none,readonly=on" -device virtio-9p-pci,fsdev=f1,mount_tag=cache \
        -device virtio-rng-pci "$@" \
        -kernel "$kernel" -initrd "$initrd" \
        -append "console=ttyS0 quiet mitigations=off panic=-1 selkie.root=$root selkie.java=$jdk/bin/java selkie.run=$run selkie.domain=$domain ${vm_words:-}"
}

vm_domain_options() {
    domains=() selected=() kernel_name=stock
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
            --kernel)
                case ${2:-} in
                    stock | map-direct) kernel_name=$2 ;;
                    *) fail "--kernel \"${2:-}\": expected stock or map-direct" ;;
                esac
                shift 2
                ;;
            *) fail "unknown option \"$1\"; see selkie vm --help" ;;
        esac
    done
    [ "${#domains[@]}" -gt 0 ] || domains=(mem-ctrl cpu)
    if [ "$kernel_name" = map-direct ]; then
        vm_use_map_direct
    fi
}

vm_use_map_direct() {
    vm_kernel_image=$cache/kernel-map-direct/vmlinuz
    vm_initrd_image=$cache/kernel-map-direct/initrd
    [ -e "$vm_kernel_image" ] || fail "there is no kernel with MAP_DIRECT yet: selkie vm build-kernel"
    [ "$(cat "$cache/kernel-map-direct/key")" = "$(vm_kernel_key)" ] ||
        say "the kernel in the cache is of another patch or configuration than this one: selkie vm build-kernel"
    vm_initrd "$vm_initrd_image"
}

# The guest's command: a script of tools/vm/guest, as the kernel's command line takes no blanks.
vm_test() {
    local domain status=0
    vm_domain_options "$@"
    local IFS=,
    local select="${selected:+selkie.select=${selected[*]}}"
    unset IFS
    if [ "$kernel_name" = map-direct ]; then
        # The bit is configuration, so two of them; and two kernels that take the bit and mean something else.
        vm_once mem-ctrl "map_direct=0x200000 selkie.bit=0x200000 selkie.kind=real $select" || status=1
        vm_once cpu "map_direct=0x1000000 selkie.bit=0x1000000 selkie.kind=real $select" || status=1
        vm_once mem-ctrl "map_direct=0x200000 map_direct_impostor=lie selkie.bit=0x200000 selkie.kind=lie $select" || status=1
        vm_once mem-ctrl "map_direct=0x200000 map_direct_impostor=lease selkie.bit=0x200000 selkie.kind=lease $select" ||
            status=1
        return $status
    fi
    for domain in "${domains[@]}"; do
        vm_once "$domain" "$select" || status=1
    done
    return $status
}

vm_bench() {
    local domain status=0
    vm_domain_options "$@"
    for domain in "${domains[@]}"; do
        vm_once "$domain" "" bench.sh || status=1
    done
    return $status
}

# One start of the machine, with words for the kernel's command line and a script to run in it: true if that
# succeeded.
vm_once() {
    local domain=$1 vm_words=$2 script=${3:-test.sh} began=$SECONDS
    vm_backing
    say "booting the $kernel_name kernel, nvdimm-persistence=$domain${vm_words:+, $vm_words}"
    : >"$cache/console"
    vm_boot "$domain" "$here/guest/$script" -serial "file:$cache/console" &
    vm_follow $! "$cache/console"
    say "nvdimm-persistence=$domain: $((SECONDS - began)) s"
    grep -q '^guest: status 0' "$cache/console"
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
    (vm_boot "${domains[0]}" /bin/sh -serial stdio)
}

# Rounds of: check what the last round acknowledged, write, and be killed. The last one only checks.
vm_powercut() {
    local kernel_name=stock ext4=dax=always
    local rounds=50 media=ext4,xfs,device,control seed=$RANDOM round before=- phase acks status=0 began=$SECONDS
    while [ $# -gt 0 ]; do
        case $1 in
            --rounds) rounds=${2:?--rounds wants a number} ;;
            --media) media=${2:?--media wants some of ext4,xfs,device,control, or nosync or sync} ;;
            --kernel) kernel_name=${2:?--kernel wants stock or map-direct} ;;
            --seed) seed=${2:?--seed wants a number} ;;
            *) fail "unknown option \"$1\"; see selkie vm --help" ;;
        esac
        shift 2
    done
    # A kernel without modules is up sooner.
    if [ "$kernel_name" = map-direct ]; then
        vm_use_map_direct
    fi
    # The journal of ext4 would commit the control's file by itself within 5 s, and so hide what it does wrong.
    case $media in
        sync | nosync) ext4=dax=always,commit=300 ;;
        *sync*) fail "--media $media: sync and nosync go alone, a commit for the others would cover theirs" ;;
    esac
    say "power cuts: $rounds rounds on $media, seed $seed, $kernel_name kernel"
    RANDOM=$seed
    vm_backing
    rm -rf "$cache/powercut" && mkdir -p "$cache/powercut"
    for ((round = 1; round <= rounds + 1; round++)); do
        acks=$cache/powercut/acknowledged-$round
        : >"$cache/console"
        phase=write
        [ "$round" -le "$rounds" ] || phase=check
        vm_words="selkie.round=$round selkie.before=$before selkie.phase=$phase selkie.media=$media selkie.ext4=$ext4" \
            vm_boot mem-ctrl "$here/guest/powercut.sh" -serial "file:$cache/console" -device virtio-serial-pci \
            -chardev "file,id=acks,path=$acks" -device virtserialport,chardev=acks,name=acks &
        vm_cut $! "$phase" $((2000 + RANDOM % 8000)) || status=1
        grep -a '^powercut:' "$cache/console" | grep -v writing | sed "s/^powercut:/round $((round - 1)):/" | tr -d '\r' |
            tee -a "$cache/powercut/rounds" || true
        [ $status -eq 0 ] || fail "round $((round - 1)) lost something, or the guest failed; the console is $cache/console"
        before=/mnt/cache/powercut/${acks##*/}
    done
    vm_count_cuts "$media" "$rounds" || status=1
    say "$((SECONDS - began)) s"
    return $status
}

# What all rounds came to, medium by medium; false where a control lost nothing, for then nothing was shown.
vm_count_cuts() {
    awk -v rounds="$2" '
        match($0, /: acknowledged [0-9]+, found [0-9]+, lost [0-9]+/) {
            name = $3; sub(/:$/, "", name)
            split(substr($0, RSTART, RLENGTH), words, /[ ,]+/)
            acknowledged[name] += words[3]; lost[name] += words[7]
            control[name] = /\(control\)/
        }
        END {
            for (name in acknowledged) {
                print "Tests run: " rounds ", power cuts on " name (control[name] ? " (control)" : "") ": " acknowledged[name] \
                    " records acknowledged, " lost[name] " lost"
                if (control[name] && !lost[name]) {
                    print "the control " name " lost nothing: these rounds could not have seen a loss"
                    status = 1
                }
            }
            exit status
        }' "$cache/powercut/rounds"
}

# Kills the machine some milliseconds after it began to write, or waits for its end. Fails if it does neither in time.
vm_cut() {
    local pid=$1 phase=$2 milliseconds=$3 waited=0
    # shellcheck disable=SC2064 # the pid of now
    trap "kill -9 $pid 2>/dev/null" EXIT
    while kill -0 "$pid" 2>/dev/null; do
        if grep -aq '^powercut: LOST' "$cache/console"; then
            break
        fi
        if grep -aq '^powercut: writing' "$cache/console"; then
            sleep "$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))"
            kill -9 "$pid"
            wait "$pid" 2>/dev/null || true
            trap - EXIT
            return 0
        fi
        sleep 0.2
        waited=$((waited + 1))
        [ $waited -lt 3000 ] || break
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    trap - EXIT
    [ "$phase" = check ] && grep -aq '^guest: status 0' "$cache/console"
}
