#!/usr/bin/env bash
# The .deb and the archive, made, unpacked beside the base libraries and nothing else, and used there: a crash is
# captured, shown and reported.
# usage: packages_test.sh BUILD_FOLDER CPACK
set -euo pipefail
build=$1 cpack=$2
[ "$(id -u)" -eq 0 ] || { echo "skipped: only root can enter another root folder" >&2; exit 77; }
command -v dpkg-deb >/dev/null || { echo "skipped: no dpkg-deb here" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$build" && "$cpack" -B "$work/packages" >"$work/cpack.log" 2>&1) || { tail -n 20 "$work/cpack.log"; exit 1; }
deb=$(echo "$work"/packages/*.deb) archive=$(echo "$work"/packages/*.tar.gz)

# A system of its own: the C and C++ libraries, a shell, and what the kernel shows.
make_root() {
  local root=$1 library
  mkdir -p "$root"/{bin,dev,proc,tmp/home,usr/bin,usr/lib}
  for library in $({ ldd /bin/sh; ldd "$build/samples/abort"; ldd "$build/bin/faultline"; } | grep -oE '/[^ )]+' | sort -u); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
  cp -L /bin/sh "$root/bin/sh"
}

# in_root FOLDER COMMAND: with /proc and /dev, in a mount space that ends with it.
in_root() {
  unshare --mount sh -c 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&
    exec chroot "$0" /bin/sh -c "$1"' "$1" "$2"
}

use() {
  local root=$1 faultline=$2 samples=$3
  in_root "$root" "
    set -e; export HOME=/tmp/home TMPDIR=/tmp; cd /tmp/home
    $faultline --version
    $faultline run --trials 3 -- $samples/null_read
    $faultline rates
    $faultline show last
    $faultline report --format markdown --out morning" >"$work/out" 2>"$work/err" ||
    { cat "$work/out" "$work/err"; exit 1; }
  grep -qE '3/3' "$work/out" || { cat "$work/out" "$work/err"; echo "three crashes were to be counted"; exit 1; }
  grep -qE 'address 0x40|0x40' "$work/out" || { cat "$work/out"; echo "the read of 0x40 was to be shown"; exit 1; }
  ls "$root"/tmp/home/morning/*.md >/dev/null
}

make_root "$work/probe"
in_root "$work/probe" 'exit 0' 2>/dev/null || { echo "skipped: this root may not mount" >&2; exit 77; }

make_root "$work/debian"
dpkg-deb -x "$deb" "$work/debian"
use "$work/debian" /usr/bin/faultline /usr/libexec/faultline/samples
for file in share/man/man1/faultline.1 share/man/man1/faultline-run.1 share/bash-completion/completions/faultline \
            share/zsh/site-functions/_faultline share/fish/vendor_completions.d/faultline.fish \
            share/doc/faultline/LICENSE share/faultline/campaigns/smoke.toml; do
  [ -s "$work/debian/usr/$file" ] || [ -s "$work/debian/usr/$file.gz" ] || { echo "the .deb lacks $file"; exit 1; }
done

make_root "$work/other"
mkdir -p "$work/other/opt"
tar -xzf "$archive" -C "$work/other/opt"
folder=/opt/$(basename "$archive" .tar.gz)
use "$work/other" "$folder/bin/faultline" "$folder/libexec/faultline/samples"
echo "both packages capture, show and report: $(basename "$deb"), $(basename "$archive")"
