# Debian in folders: a tool chest with compilers for both architectures and qemu, and for each architecture
# what the programs are linked against. Made by mmdebstrap, from the mirror of this machine. Sourced, never run.

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

need_cargo_deb() {
  command -v cargo-deb >/dev/null && return 0
  say "Installing cargo-deb (once)"
  CARGO_TARGET_DIR=$cache/tools/build cargo install cargo-deb --locked --root "$cache/tools" >&2
  rm -rf "$cache/tools/build"
  PATH=$cache/tools/bin:$PATH
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

# An arm64 system as on a station, of Debian 13's files: no maintainer script has run, so it serves to try things
# and for nothing else.
need_system() {
  system=$cross/system-1
  [ -d "$system" ] && return 0
  need_packages mmdebstrap
  say "Making an arm64 system for the bench (500 MB, once)"
  bootstrap trixie "$system" --variant=extract --architectures=arm64 \
    --include=systemd,systemd-sysv,udev,dbus,kmod,bash,dash,coreutils,util-linux,mount,login,base-files,base-passwd,libinput10,libinput-bin,libxkbcommon0,xkb-data,libgbm1,libfontconfig1,fontconfig-config,fonts-dejavu-core,libudev1,libstdc++6,linux-image-arm64,v4l-utils,busybox-static,socat,iproute2,procps,grep,sed
}

# v4l2loopback for the kernel of that system: a camera that shows what is written into it. Debian has its source only.
need_loopback() {
  local kernel release folder=$cross/kernel
  kernel=$(basename "$system"/usr/lib/modules/*)
  release=${kernel%-*}
  loopback=$cross/v4l2loopback-$kernel.ko
  [ -f "$loopback" ] && return 0
  say "Making v4l2loopback for $kernel (once)"
  # Four packages, unpacked: the headers' own wish for a compiler is met by the tool chest's.
  # shellcheck disable=SC2016 # $1 is the hook's
  bootstrap trixie "$folder" --variant=custom --architectures=amd64,arm64 --customize-hook='cd "$1" &&
    APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download linux-headers-'"$kernel:arm64 linux-headers-$release-common linux-kbuild-$release:amd64 v4l2loopback-dkms"' &&
    for package in *.deb; do dpkg-deb -x "$package" "$1"; done && rm -f *.deb'
  in_tools --bind "$folder/usr/src:/usr/src" --bind "$folder/usr/lib/linux-kbuild-$release:/usr/lib/linux-kbuild-$release" -- \
    sh -c "make -C /usr/src/linux-headers-$kernel M=\$(echo /usr/src/v4l2loopback-*) ARCH=arm64 \
      CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc CONFIG_DEBUG_INFO_BTF_MODULES= modules" >&2
  cp "$folder"/usr/src/v4l2loopback-*/v4l2loopback.ko "$loopback"
  as_root rm -rf "$folder"
}
