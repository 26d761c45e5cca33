#!/usr/bin/env bash
# What a trial costs beside GNU parallel with a job log, two at a time, on the same crashing program. Both keep the
# exit status, the signal and the times of each job; Faultline keeps the output, the verdict and (unless told
# otherwise) a crash report as well.
#
# usage: benchmarks/run_peer.sh [TRIALS]     (500 unless told; needs a release build and Debian's `parallel`)
set -euo pipefail
cd "$(dirname "$0")/.."

trials=${1:-500}
build=${FAULTLINE_BUILD:-build/release}
faultline=$build/bin/faultline
crasher=$build/samples/null_read
command -v parallel >/dev/null || { echo "run_peer: GNU parallel is not installed (Debian: parallel)" >&2; exit 0; }
[ -x "$faultline" ] && [ -x "$crasher" ] || { echo "run_peer: no release build; run script/build first" >&2; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ulimit -c 0

campaign() {  # CAPTURE
  printf '[campaign]\nname = "peer-%s"\ntrials = %s\njobs = 2\nmin_free_bytes = 0\n[[workload]]\nname = "crash"\n' "$1" "$trials"
  printf 'command = ["%s"]\ncapture = "%s"\n' "$(realpath "$crasher")" "$1"
}
seconds() {  # COMMAND...
  local begin end
  begin=$(date +%s%N)
  "$@" >"$folder/out" 2>"$folder/err" || true
  end=$(date +%s%N)
  echo "$begin $end" | awk '{ printf "%.3f", ($2 - $1) / 1e9 }'
}
row() {  # NAME SECONDS PEER_SECONDS
  awk -v name="$1" -v s="$2" -v peer="$3" -v n="$trials" \
    'BEGIN { printf "%-36s %9.1f trials/s %8.2f ms/trial   %.2f x parallel\n", name, n / s, 2000 * s / n, s / peer }'
}

# Neither gains from the other's warm caches.
(exec 2>/dev/null; "$crasher" >/dev/null) || true
peer=$(seconds parallel --will-cite -j 2 --joblog "$folder/log" -N 0 "$(realpath "$crasher")" ::: $(seq "$trials"))
jobs=$(awk 'NR > 1 && ($8 == 11 || $7 == 139)' "$folder/log" | wc -l)
[ "$jobs" -eq "$trials" ] || { echo "run_peer: parallel saw $jobs of $trials deaths" >&2; exit 1; }
echo "$trials crashes of $(basename "$crasher"), two at a time; ms/trial is of one lane"
row "GNU parallel --joblog" "$peer" "$peer"
for capture in off on; do
  campaign "$capture" >"$folder/$capture.toml"
  took=$(seconds "$faultline" run --no-canary --db "$folder/$capture.db" "$folder/$capture.toml")
  deaths=$("$faultline" query --db "$folder/$capture.db" --format csv "SELECT count(*) FROM trial WHERE outcome = 'crashed'" | tail -1 | tr -d '\r')
  [ "$deaths" = "$trials" ] || { echo "run_peer: faultline saw $deaths of $trials deaths" >&2; cat "$folder/err" >&2; exit 1; }
  row "faultline run, capture $capture" "$took" "$peer"
done
