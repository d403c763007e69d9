#!/usr/bin/env bash
# Rates of the data plane on GTSRB's training set, folder and zip, as images a second. Prints; asserts nothing.
#   DATA=FOLDER          holds GTSRB/Final_Training and, if there, GTSRB_Final_Training_Images.zip
#   PEER='COMMAND'       another program for the same work: gets the Images folder and an output path, prints "N images/s" last
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
images=$DATA/GTSRB/Final_Training/Images

best() { # best RUNS COMMAND: seconds of the fastest run
  local runs=$1 best= from to
  shift
  for ((i = 0; i < runs; ++i)); do
    rm -rf "$work/out"
    from=$(date +%s%N)
    bash -c "$*"
    to=$(date +%s%N)
    if [ -z "$best" ] || [ $((to - from)) -lt "$best" ]; then best=$((to - from)); fi
  done
  awk -v ns="$best" 'BEGIN {print ns / 1e9}'
}
rate() { awk -v s="$2" -v n="$count" -v what="$1" 'BEGIN {printf "%-34s %7.2f s %8.0f images/s\n", what, s, n / s}'; }

signpost ingest "$images" --quiet >"$work/ingested"
count=$(wc -l <"$work/ingested")
rate "ingest, folder" "$(best 3 "signpost ingest '$images' --quiet >/dev/null")"
whole=$(best 3 "signpost ingest '$images' --quiet | signpost crop --size 48 | signpost pack -o '$work/out' --quiet")
rate "ingest | crop 48 | pack, folder" "$whole"
if [ -e "$DATA/GTSRB_Final_Training_Images.zip" ]; then
  zip=$DATA/GTSRB_Final_Training_Images.zip
  rate "ingest | crop 48 | pack, zip" "$(best 3 "signpost ingest '$zip' --quiet | signpost crop --size 48 | signpost pack -o '$work/out' --quiet")"
fi
signpost crop --size 48 "$work/ingested" | signpost augment --only-copies >"$work/augmented"
for jobs in 1 2; do
  rate "crop 48 | augment road | pack -j$jobs" "$(best 2 "signpost pack '$work/augmented' -o '$work/out' --quiet --jobs $jobs")"
done
if [ -n "${PEER:-}" ]; then
  peer=$(for i in 1 2 3; do $PEER "$images" "$work/peer"; done | awk '{r = $(NF - 1) > r ? $(NF - 1) : r} END {print r}')
  awk -v p="$peer" -v s="$whole" -v n="$count" 'BEGIN {printf "%-34s %18.0f images/s\n%-34s %18.2f\n", "peer", p, "ours / peer", n / s / p}'
fi
