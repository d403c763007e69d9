#!/usr/bin/env bash
# How long `signpost train` takes from the zip to an accuracy, beside another program on the same images and the same split.
# Prints; asserts nothing. Wants a quiet machine: the two take turns.
#   ZIP=FILE              GTSRB_Final_Training_Images.zip
#   PEER='COMMAND'        gets an .npz of the same crops (peers/crops_npz.py) and prints lines with "seconds S accuracy A"
#   TARGET=0.99           accuracy on the validation part
#   OPTIONS='…'           further options of `signpost train`
#   ROUNDS=1
set -euo pipefail
: "${ZIP:?ZIP=GTSRB_Final_Training_Images.zip}"
target=${TARGET:-0.99} rounds=${ROUNDS:-1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stream() { signpost ingest "$ZIP" --quiet | signpost split --val 0.2 --seed 7 --quiet | signpost crop --size 48 --quiet; }
if [ -n "${PEER:-}" ]; then
  stream >"$work/samples.ndjson"
  /usr/bin/python3 "$here/peers/crops_npz.py" "$work/samples.ndjson" "$work/crops.npz"
fi
for ((round = 1; round <= rounds; ++round)); do
  if [ -n "${PEER:-}" ]; then
    bash -c "$PEER '$work/crops.npz'" >"$work/peer.txt"
    awk -v target="$target" -v round="$round" '
      {for (i = 1; i < NF; ++i) {if ($i == "seconds") s = $(i + 1); if ($i == "accuracy") a = $(i + 1)}
       if (a > best) best = a; if (!reached && a >= target) reached = s; last = s}
      END {printf "round %d: peer: best %.2f %% in %d s, %s\n", round, 100 * best, last, reached ? "reached the target after " reached " s" : "never reached the target"}' "$work/peer.txt"
  fi
  start=$(date +%s.%N)
  # The lines of the run are stamped as they come: an epoch counts when its validation is known.
  stream | { command time -f 'peak %M KiB' signpost train -o "$work/run$round" --seed "$round" ${OPTIONS:-} 2>&1 >/dev/null |
    while read -r line; do echo "$(date +%s.%N) $line"; done; } >"$work/ours.txt"
  awk -v start="$start" -v target="$target" -v round="$round" '
    /epoch [0-9]+\/[0-9]+: loss/ {match($0, /validation [0-9.]+/); a = substr($0, RSTART + 11, RLENGTH - 11) / 100; list = list " " a * 100
      if (!reached && a >= target) reached = $1 - start}
    /validation accuracy/ {match($0, /accuracy .* after/); final = substr($0, RSTART + 9, RLENGTH - 15)}
    /peak/ {peak = $(NF - 1)}
    {last = $1 - start}
    END {printf "round %d: signpost: %s in %.0f s, %s; epochs%s; peak %.2f GB\n", round, final, last,
         reached ? "reached the target after " sprintf("%.0f s", reached) : "never reached the target", list, peak / 1e6}' "$work/ours.txt"
done
