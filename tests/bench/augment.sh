#!/usr/bin/env bash
# The rate of augmentation by a recipe, in images a second: in memory on one and two threads (bench_augment), and executed by
# pack from the images on disk with one and two jobs. Another program takes turns with it, ROUNDS times; a row is the fastest
# turn and the median of the ratios to that program, turn by turn. Ends with the processor time of each variation. Prints;
# asserts nothing.
#   DATA=FOLDER      holds GTSRB/Final_Training
#   PEER='COMMAND'   gets the Images folder and a number of images, varies them in memory, and prints "… N images/s" last
#   RECIPE=road  ROUNDS=5
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
recipe=${RECIPE:-road} rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
images=$DATA/GTSRB/Final_Training/Images
signpost ingest "$images" --quiet >"$work/ingested"
count=$(wc -l <"$work/ingested")
signpost crop --size 48 "$work/ingested" | signpost augment --recipe "$recipe" --only-copies >"$work/augmented"

packed() { # packed JOBS: images a second of a whole run of pack
  rm -rf "$work/out"
  local from to
  from=$(date +%s%N)
  signpost pack "$work/augmented" -o "$work/out" --quiet --jobs "$1"
  to=$(date +%s%N)
  awk -v n="$count" -v ns=$((to - from)) 'BEGIN {print n * 1e9 / ns}'
}
rate() { awk '$NF == "images/s" {rate = $(NF - 1)} END {print rate}'; }

names=("peer" "in memory, 1 thread" "in memory, 2 threads" "pack --jobs 1" "pack --jobs 2")
for ((round = 0; round <= rounds; ++round)); do # the first round warms the cache and is not counted
  if [ -n "${PEER:-}" ]; then peer=$($PEER "$images" 2000 | rate); else peer=1; fi
  bench_augment "$work/ingested" "$recipe" >"$work/bench"
  [ "$round" = 0 ] || echo "$peer $(sed -n 1p "$work/bench" | rate) $(sed -n 2p "$work/bench" | rate) $(packed 1) $(packed 2)" >>"$work/rates"
done
printf '%-28s %10s %10s %10s\n' "$recipe, $count images, $rounds rounds" best/s median/s /peer
for i in "${!names[@]}"; do
  [ -n "${PEER:-}" ] || [ "$i" -gt 0 ] || continue
  awk -v i=$((i + 1)) -v name="${names[i]}" '
    function median(values, n,   a, b, t) {
      for (a = 1; a <= n; ++a) for (b = a + 1; b <= n; ++b) if (values[b] < values[a]) {t = values[a]; values[a] = values[b]; values[b] = t}
      return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
    }
    {v[NR] = $i; q[NR] = $i / $1; if ($i > best) best = $i}
    END {printf "%-28s %10.0f %10.0f %10.2f\n", name, best, median(v, NR), median(q, NR)}' "$work/rates"
done
awk '{r = $5 / $4; if (r > best) best = r; sum += r} END {printf "%-28s %10.2f best, %.2f on average\n", "pack, 2 jobs to 1", best, sum / NR}' "$work/rates"
sed -n '3,$p' "$work/bench"
