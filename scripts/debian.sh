# Debian in folders: a tool chest with compilers for both architectures and qemu, a light one for the bench on this
# machine's own architecture, and for each architecture what the programs are linked against and a system for
# the bench. Made by mmdebstrap, from the mirror of this machine. Sourced, never run.

cross=$cache/cross

mirror() {
  local uri
  uri=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null ||:)
  [ -n "$uri" ] || uri=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' /etc/apt/sources.list)
  [ -n "$uri" ] || die "This machine names no Debian mirror in /etc/apt"
  echo "$uri"
}

# bootstrap SUITE FOLDER ARGS...: a folder is there whole or not at all.
bootstrap() {
  local suite=$1 folder=$2; shift 2
  rm -rf "$folder" "$folder.part"
  as_root mmdebstrap --quiet --mode=root --format=directory --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$@" "$suite" "$folder.part" "$(mirror)" >&2
  mv "$folder.part" "$folder"
}

need_tools() {
  need_packages mmdebstrap binutils
  mkdir -p "$cross"
  tools=$cross/tools-1
  if [ ! -d "$tools" ]; then
    say "Making the tool chest (3.5 GB, once)"
    bootstrap forky "$tools" --variant=apt --architectures=amd64,arm64 \
      --include=rustc,cargo,libstd-rust-dev:arm64,gcc,g++,gcc-aarch64-linux-gnu,libc6-dev,clang,lld,llvm,libclang-dev,cmake,make,pkgconf,ca-certificates,qemu-user,qemu-system-arm,e2fsprogs,cpio,kmod,xz-utils,device-tree-compiler,systemd
  fi
  local name
  for name in cc c++; do
    cat >"$tools/usr/local/bin/sysroot-$name" <<'WRAP'
#!/bin/sh
# The compiler for the machine that /sysroot is of.
case $0 in *c++) driver=clang++ ;; *) driver=clang ;; esac
exec $driver --target=$MULTIARCH --sysroot=/sysroot --gcc-install-dir="$(echo /sysroot/usr/lib/gcc/$MULTIARCH/*)" \
  -fuse-ld=lld -Wno-unused-command-line-argument "$@"
WRAP
    chmod 755 "$tools/usr/local/bin/sysroot-$name"
  done
  cp -L /etc/resolv.conf "$tools/etc/resolv.conf"
  cp -L /etc/hosts "$tools/etc/hosts"
  cp -L /etc/ssl/certs/ca-certificates.crt "$tools/etc/ssl/certs/ca-certificates.crt"
}

# need_bench_tools ARCH: what makes and runs the bench's machine. For amd64 a light chest is enough. It is not this
# machine's own qemu and gcc, because Debian 12's qemu knows no multitouch and Debian 13's kbuild wants its own libc.
need_bench_tools() {
  [ "$1" = amd64 ] || { need_tools; return; }
  need_packages mmdebstrap
  mkdir -p "$cross"
  tools=$cross/bench-tools-amd64-1
  [ -d "$tools" ] && return 0
  say "Making the bench's tool chest (400 MB, once)"
  bootstrap trixie "$tools" --variant=apt --architectures=amd64 \
    --include=qemu-system-x86,gcc,libc6-dev,make,libelf1t64,e2fsprogs,cpio,kmod,xz-utils,systemd
}

need_sysroot() {
  local folder=$cross/sysroot-$1
  [ -d "$folder" ] && return 0
  need_packages mmdebstrap
  say "Making what $1 links against (250 MB, once)"
  bootstrap bookworm "$folder" --variant=extract --architectures="$1" \
    --include=libc6-dev,libgcc-12-dev,libstdc++-12-dev,libudev-dev,libinput-dev,libxkbcommon-dev,libfontconfig-dev,libgbm-dev
  # A link to /lib/... would lead out of the folder.
  local link to up
  find "$folder" -xdev -type l -lname '/*' | while read -r link; do
    to=$(readlink "$link")
    up=$(realpath -m --relative-to="$(dirname "$link")" "$folder$to")
    ln -sfn "$up" "$link"
  done
}

# Exactly this version: another one writes other maintainer scripts.
need_cargo_deb() {
  [ "$(cargo-deb --version 2>/dev/null)" = "$cargo_deb_version" ] && return 0
  install_tool cargo-deb "$cargo_deb_version"
}

# in_tools [--bind FROM:TO[:ro]]... -- COMMAND...: in the tool chest, with these folders, and nothing of them
# left mounted afterwards.
in_tools() {
  local binds=()
  while [ "$1" = --bind ]; do binds+=("$2"); shift 2; done
  shift
  as_root unshare --mount --propagation slave bash -c '
    root=$1; count=$2; shift 2
    mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
    for ((i = 0; i < count; i++)); do
      IFS=: read -r from to mode <<<"$1"; shift
      mkdir -p "$root$to"; mount --bind "$from" "$root$to"
      [ "$mode" != ro ] || mount -o remount,bind,ro "$root$to"
    done
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      CARGO_HOME=/root/.cargo CARGO_TERM_COLOR=never "$@"' in_tools "$tools" "${#binds[@]}" "${binds[@]}" "$@"
}

# need_system ARCH: a system as on a station, of Debian 13's files. No maintainer script has run, so it serves to try
# things and for nothing else.
need_system() {
  system=$cross/system-$1-4
  [ -d "$system" ] && return 0
  need_packages mmdebstrap
  say "Making a system of $1 for the bench (500 MB, once)"
  bootstrap trixie "$system" --variant=extract --architectures="$1" \
    --include=systemd,systemd-sysv,udev,dbus,kmod,bash,dash,coreutils,util-linux,mount,login,base-files,base-passwd,libinput10,libinput-bin,libxkbcommon0,xkb-data,libgbm1,libfontconfig1,fontconfig-config,fonts-dejavu-core,libudev1,libstdc++6,"linux-image-$1",v4l-utils,v4l2loopback-utils,network-manager,wpasupplicant,polkitd,hostapd,iw,kbd,busybox-static,socat,iproute2,procps,grep,sed
}

# need_loopback ARCH: v4l2loopback for the kernel of that system, a camera that shows what is written into it. Debian has
# its source only. Wants the bench's tools and the system. One thing is changed: a device that is in use can be removed
# too, as a plug is pulled; whoever waits for its next picture wakes up, and what he asks of it next is refused. Its number is free once
# the last one has closed it.
need_loopback() {
  local kernel release folder=$cross/kernel-$1 architectures=amd64 compiler=(CC=gcc)
  [ "$1" = amd64 ] || architectures=amd64,$1 compiler=(ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc)
  kernel=$(basename "$system"/usr/lib/modules/*)
  release=${kernel%-*}
  loopback=$cross/v4l2loopback-$kernel-2.ko
  [ -f "$loopback" ] && return 0
  say "Making v4l2loopback for $kernel (once)"
  # Four packages, unpacked: the headers' own wish for a compiler is met by the tool chest's.
  # shellcheck disable=SC2016 # $1 is the hook's
  bootstrap trixie "$folder" --variant=custom --architectures="$architectures" --customize-hook='cd "$1" &&
    APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download linux-headers-'"$kernel:$1 linux-headers-$release-common linux-kbuild-$release:amd64 v4l2loopback-dkms"' &&
    for package in *.deb; do dpkg-deb -x "$package" "$1"; done && rm -f *.deb'
  sed -i -e '/if (dev->open_count.counter > 0)$/{n;s/break;/{ v4l2loopback_remove_sysfs(dev->vdev); video_unregister_device(dev->vdev); \
    dev->timeout_happened = 1; wake_up_all(\&dev->read_event); ret = 0; break; }/}' \
    -e 's/if (atomic_dec_and_test(&dev->open_count)) {/&\n\t\tif (!video_is_registered(dev->vdev)) \
    idr_remove(\&v4l2loopback_index_idr, v4l2loopback_get_vdev_nr(dev->vdev));/' \
    "$folder"/usr/src/v4l2loopback-*/v4l2loopback.c
  [ "$(grep -cE 'ret = 0; break; \}|if \(!video_is_registered' "$folder"/usr/src/v4l2loopback-*/v4l2loopback.c)" = 2 ] ||
    die "This v4l2loopback removes a device in another way: look at need_loopback"
  # shellcheck disable=SC2016 # its arguments
  in_tools --bind "$folder/usr/src:/usr/src" --bind "$folder/usr/lib/linux-kbuild-$release:/usr/lib/linux-kbuild-$release" -- \
    sh -c 'make M="$(echo /usr/src/v4l2loopback-*)" "$@" modules' loopback -C "/usr/src/linux-headers-$kernel" \
    CONFIG_DEBUG_INFO_BTF_MODULES= "${compiler[@]}" >&2
  cp "$folder"/usr/src/v4l2loopback-*/v4l2loopback.ko "$loopback.part"
  mv "$loopback.part" "$loopback"
  as_root rm -rf "$folder"
}
