#!/bin/sh
# Python environments for the campaigns that compare versions, one a package and version, below
# build/release/samples/environments. Makes those that are not there yet.
# usage: samples/python/environments.sh PACKAGE-VERSION...    for example mlx-0.30.0 torch-2.9.1
set -eu
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
for wanted in "$@"; do
  package=${wanted%%-*}
  version=${wanted#*-}
  folder=build/release/samples/environments/$wanted
  [ -x "$folder/bin/python3" ] && continue
  case $package in
    mlx | torch) ;;
    *) echo "environments.sh: \"$wanted\" is neither mlx-VERSION nor torch-VERSION" >&2; exit 2 ;;
  esac
  echo "making $folder" >&2
  python3 -m venv "$folder"
  # Whole or not at all: a half-made one would look like a version that fails.
  "$folder/bin/python3" -m pip install --quiet "$package==$version" || { rm -rf "$folder"; exit 1; }
done
