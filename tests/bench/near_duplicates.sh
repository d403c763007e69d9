#!/usr/bin/env bash
# How fast near-copies are found, against a perceptual hash in Python on the same images in the same run. Prints; asserts
# nothing. The peer decodes, hashes (OpenCV) and compares all pairs of hashes (numpy); it verifies nothing and knows no
# groups. signpost check decodes, measures, digests, hashes, searches, and compares the candidates at full resolution.
#   DATA=FOLDER   holds GTSRB/Final_Training
#   RUNS=3        turns; the best of each is taken
#   PYTHON=python3  one with cv2 and numpy (python3-opencv, python3-numpy)
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(dirname "$0")
signpost ingest "$DATA/GTSRB/Final_Training" --quiet >"$work/all.ndjson"
count=$(wc -l <"$work/all.ndjson")

seconds() { # seconds COMMAND...: wall time
  local from to
  from=$(date +%s%N)
  "$@" >"$work/out"
  to=$(date +%s%N)
  awk -v ns=$((to - from)) 'BEGIN {print ns / 1e9}'
}
best() { awk 'NR == 1 || $1 < best {best = $1} END {print best}' "$1"; }

for ((turn = 0; turn < ${RUNS:-3}; ++turn)); do
  seconds signpost check --quiet --json "$work/all.ndjson" >>"$work/whole"
  seconds signpost check --quiet --json --allow near-copy,near-copy-leak,near-copy-labels "$work/all.ndjson" >>"$work/without"
  seconds "${PYTHON:-python3}" "$here/near_duplicates_peer.py" "$work/all.ndjson" >>"$work/peer"
done
awk -v n="$count" -v whole="$(best "$work/whole")" -v without="$(best "$work/without")" -v peer="$(best "$work/peer")" 'BEGIN {
  printf "%-42s %7.2f s %8.0f images/s\n", "check, all of it", whole, n / whole
  printf "%-42s %7.2f s %8.0f images/s\n", "check without near-copies", without, n / without
  printf "%-42s %7.2f s %8.0f images/s\n", "OpenCV pHash and numpy, all pairs", peer, n / peer
  printf "%-42s %7.2f\n", "ours / peer, all of check", peer / whole
}'
