# Shared by the scripts beside it: where things are kept, and how what is missing gets installed.
# Sourced, never run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Outside the checkout, so that a fresh clone does not compile four hundred crates again.
cache=${ANJUNGAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/anjungan}
export CARGO_TARGET_DIR=${ANJUNGAN_TARGET:-$cache/target}
mkdir -p "$cache"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "These packages are missing and neither root nor sudo is at hand: $*"; fi
}

# Debian packages: Debian 12, 13 and Raspberry Pi OS carry all of them under these names.
build_packages="gcc g++ cmake make libc6-dev pkg-config libclang-dev libfontconfig-dev libudev-dev libinput-dev libxkbcommon-dev libgbm-dev curl ca-certificates"
run_packages="libinput10 libxkbcommon0 libudev1 libgbm1 libfontconfig1"
# A real browser, for the journeys through the pages.
browser_packages="chromium chromium-driver"
# Printers that are not there: a card printer, CUPS with a queue, and what announces them.
printer_packages="cups-daemon cups-client cups-ipp-utils printer-driver-cups-pdf avahi-daemon dbus"
# The server's other database; its own service is not used and may stay off.
database_packages="postgresql"
# What stands before servers. The tests start each in the foreground with the package's example.
proxy_packages="nginx-light caddy apache2 haproxy"
window_packages="libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0"

need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing from Debian: ${missing[*]}"
  # A fresh image has no lists, an old one stale ones: try what is there, then refresh.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return 0
  as_root apt-get update >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >&2
}

# Packages of services that the tests start themselves: none becomes a daemon of this machine.
need_without_services() {
  local policy=/usr/sbin/policy-rc.d placed=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    placed=yes
  fi
  need_packages "$@" || { [ "$placed" = no ] || as_root rm -f "$policy"; return 1; }
  [ "$placed" = no ] || as_root rm -f "$policy"
}

# ippeveprinter does not start without avahi-daemon, nor that without dbus: both run also where no systemd does.
need_announcer() {
  # A socket may be left by a bus that is gone: only an answer counts.
  if ! dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId >/dev/null 2>&1; then
    as_root mkdir -p /run/dbus
    as_root rm -f /run/dbus/pid /run/dbus/system_bus_socket
    as_root dbus-daemon --system --fork || say "dbus-daemon does not start"
  fi
  if ! avahi-daemon --check 2>/dev/null; then
    as_root rm -f /run/avahi-daemon/pid /run/avahi-daemon/socket
    as_root avahi-daemon --daemonize --no-rlimits 2>/dev/null ||
      say "avahi-daemon does not start: the tests of IPP printers will say that they skip"
  fi
}

# Starts a PostgreSQL of its own in a temporary folder, on a socket alone, as somebody who is not root, and
# sets ANJUNGAN_TEST_DATABASE to it. What is in it is worth nothing: it does not wait for the disk.
start_postgres() {
  local programs
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -n "$programs" ] || die "PostgreSQL's programs are not under /usr/lib/postgresql"
  postgres_folder=$(mktemp -d)
  chmod 711 "$postgres_folder"
  as_postgres=()
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$postgres_folder"
    as_postgres=(runuser -u postgres --)
  fi
  postgres_control="$programs/pg_ctl"
  (cd / && "${as_postgres[@]}" "$programs/initdb" -D "$postgres_folder/data" --auth=trust --username=anjungan \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null)
  (cd / && "${as_postgres[@]}" "$postgres_control" -D "$postgres_folder/data" -w -l "$postgres_folder/log" start -o \
    "-k $postgres_folder -c listen_addresses='' -c fsync=${1:-off} -c full_page_writes=${1:-off} -c max_connections=400" >/dev/null)
  export ANJUNGAN_TEST_DATABASE="postgres://anjungan@${postgres_folder//\//%2F}"
}

stop_postgres() {
  unset ANJUNGAN_TEST_DATABASE
  (cd / && "${as_postgres[@]}" "$postgres_control" -D "$postgres_folder/data" -m immediate stop >/dev/null) || true
  rm -rf "$postgres_folder"
}

need_rust() {
  [ -d "$HOME/.cargo/bin" ] && PATH=$HOME/.cargo/bin:$PATH
  if ! command -v cargo >/dev/null; then
    say "Installing Rust with rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c clippy -c rustfmt >&2
    PATH=$HOME/.cargo/bin:$PATH
  fi
}

# The versions of the tools that the scripts install.
cargo_nextest_version=0.9.143
cargo_deb_version=3.8.0
cargo_deny_version=0.20.2
schemathesis_version=4.32.5

# install_tool CRATE VERSION: into the cache, for these scripts alone.
install_tool() {
  say "Installing $1 $2 (once)"
  CARGO_TARGET_DIR=$cache/tools/build cargo install "$1" --version "=$2" --locked --force --root "$cache/tools" >&2
  rm -rf "$cache/tools/build"
  PATH=$cache/tools/bin:$PATH
}

need_nextest() {
  command -v cargo-nextest >/dev/null || install_tool cargo-nextest "$cargo_nextest_version"
}
[ -d "$cache/tools/bin" ] && PATH=$cache/tools/bin:$PATH
true
