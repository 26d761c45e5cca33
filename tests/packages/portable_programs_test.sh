#!/usr/bin/env bash
# What a package holds runs on stock Ubuntu 22.04 and later: no library that a base system lacks, no symbol above
# GLIBC_2.35 or GLIBCXX_3.4.30. Read from the files, since no such system need be here.
# usage: portable_programs_test.sh BUILD_FOLDER
set -euo pipefail
build=$1
readelf=$(command -v readelf || command -v llvm-readelf-19) || { echo "skipped: no readelf here" >&2; exit 77; }

base_libraries='^(ld-linux.*|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)\.so(\.[0-9]+)*$|^ld-linux'
failed=0

newest() { "$readelf" --version-info --wide "$1" | grep -oE "$2_[0-9.]+" | sort -V | tail -n 1; }

at_most() {
  local file=$1 family=$2 limit=$3 found
  found=$(newest "$file" "$family") || return 0
  [ "$(printf '%s\n' "$found" "${family}_$limit" | sort -V | tail -n 1)" = "${family}_$limit" ] ||
    { echo "$file needs $found, and ${family}_$limit is the newest that Ubuntu 22.04 has"; failed=1; }
}

count=0
for file in "$build"/bin/faultline "$build"/bin/faultline-report "$build"/samples/*; do
  [ -f "$file" ] && [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
  count=$((count + 1))
  at_most "$file" GLIBC 2.35
  at_most "$file" GLIBCXX 3.4.30
  while read -r library; do
    [[ $library =~ $base_libraries || $library == AGXMetalG16X ]] || { echo "$file needs $library"; failed=1; }
  done < <("$readelf" --dynamic --wide "$file" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
done
[ "$count" -gt 2 ] || { echo "no programs in $build"; exit 1; }
echo "$count programs: none needs more than a base system's libraries"
exit "$failed"
