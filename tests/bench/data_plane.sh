#!/usr/bin/env bash
# Rates of the data plane on GTSRB's training set, folder and zip, in images a second, beside other programs for the same
# work. All take turns, ROUNDS times; a row is the fastest turn and the median of the ratios to the first peer, turn by turn.
# Prints; asserts nothing.
#   DATA=FOLDER           holds GTSRB/Final_Training and, if there, GTSRB_Final_Training_Images.zip
#   PEERS='COMMAND;…'     programs that get the Images folder and an output path and print "… N images/s" last
#   ROUNDS=5
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
images=$DATA/GTSRB/Final_Training/Images zip=$DATA/GTSRB_Final_Training_Images.zip
signpost ingest "$images" --quiet >"$work/ingested"
count=$(wc -l <"$work/ingested")
signpost crop --size 48 "$work/ingested" | signpost augment --recipe road --only-copies >"$work/augmented"

names=() commands=()
row() { names+=("$1") commands+=("$2"); }
IFS=';' read -ra peers <<<"${PEERS:-}"
for peer in "${peers[@]}"; do row "peer: $(basename "${peer%% *}") ${peer#"${peer%% *}"}" "$peer '$images' '$work/out'"; done
row "ingest, folder" "signpost ingest '$images' --quiet >'$work/out'"
row "ingest | crop 48 | pack, folder" "signpost ingest '$images' --quiet | signpost crop --size 48 | signpost pack -o '$work/out' --quiet"
[ ! -e "$zip" ] || row "ingest | crop 48 | pack, zip" "signpost ingest '$zip' --quiet | signpost crop --size 48 | signpost pack -o '$work/out' --quiet"
for jobs in 1 2; do
  row "crop 48 | pack --jobs $jobs" "signpost crop --size 48 '$work/ingested' | signpost pack -o '$work/out' --quiet --jobs $jobs"
  row "crop 48 | augment road | pack --jobs $jobs" "signpost pack '$work/augmented' -o '$work/out' --quiet --jobs $jobs"
done

for ((round = 0; round <= rounds; ++round)); do # the first round warms the cache and is not counted
  for i in "${!commands[@]}"; do
    rm -rf "$work/out"
    from=$(date +%s%N)
    said=$(bash -c "${commands[i]}" | sed -n '$p')
    to=$(date +%s%N)
    # A peer's own clock leaves its start-up out; ours are whole processes.
    rate=$(awk -v said="$said" -v n="$count" -v ns=$((to - from)) 'BEGIN {split(said, w, " "); for (i in w) if (w[i] == "images/s") {print w[i - 1]; exit} print n * 1e9 / ns}')
    [ "$round" = 0 ] || printf '%s\t%s\t%s\n' "$round" "$i" "$rate" >>"$work/rates"
  done
done
printf '%-44s %10s %10s' "$count images, $rounds rounds, $(nproc) cores" best/s median/s
for p in "${!peers[@]}"; do printf ' %9s' "/peer $((p + 1))"; done
echo
for i in "${!names[@]}"; do
  printf '%-44s' "${names[i]}"
  awk -F'\t' -v i="$i" -v peers="${#peers[@]}" '
    {rate[$1, $2] = $3; if ($1 > rounds) rounds = $1}
    function median(values, n,   a, b, t) {
      for (a = 1; a <= n; ++a) for (b = a + 1; b <= n; ++b) if (values[b] < values[a]) {t = values[a]; values[a] = values[b]; values[b] = t}
      return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
    }
    END {
      best = 0
      for (r = 1; r <= rounds; ++r) {v[r] = rate[r, i]; if (v[r] > best) best = v[r]}
      printf " %10.0f %10.0f", best, median(v, rounds)
      for (p = 0; p < peers; ++p) {for (r = 1; r <= rounds; ++r) q[r] = rate[r, i] / rate[r, p]; printf " %9.2f", median(q, rounds)}
      print ""
    }' "$work/rates"
done
