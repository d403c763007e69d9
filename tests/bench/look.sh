#!/usr/bin/env bash
# Rates of what looks at pixels, `stats` and `view`, on GTSRB's training set in images a second, beside a loop of PIL and
# torchvision for the same mean and deviation. All take turns, ROUNDS times; a row is the fastest turn, its peak memory, and,
# where the work is the peer's, the median of the ratios to the first peer, turn by turn. The figures of both are printed last:
# they must agree. Prints; asserts nothing.
#   DATA=FOLDER   holds GTSRB/Final_Training
#   PYTHON=/usr/bin/python3, with Debian's python3-pil and python3-torchvision; no peer is run where they are missing
#   ROUNDS=5
# Peak memory needs /usr/bin/time, of Debian's package time.
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
rounds=${ROUNDS:-5} python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
images=$DATA/GTSRB/Final_Training/Images
peer=$(dirname "$0")/peers/mean_std.py
signpost ingest "$images" --quiet >"$work/in.ndjson"
signpost crop --size 48 "$work/in.ndjson" >"$work/cropped.ndjson"
count=$(wc -l <"$work/in.ndjson")

# The peak is that of the largest process.
timer=(/usr/bin/time -o "$work/peak" -f %M)
[ -x "${timer[0]}" ] || timer=(env)
echo 0 >"$work/peak"

names=() commands=() counts=()
row() { names+=("$1") commands+=("$2") counts+=("${3:-$count}"); }
if "$python" -c 'import PIL, torchvision' 2>/dev/null; then
  row "peer: PIL and torchvision, 1 process" "'$python' '$peer' '$images' 1"
  row "peer: PIL and torchvision, 2 processes" "'$python' '$peer' '$images' 2"
fi
for jobs in 1 2; do
  row "stats --pixels --jobs $jobs" "signpost stats '$work/in.ndjson' --pixels --json --jobs $jobs"
done
row "stats --pixels, cropped to 48, --jobs 2" "signpost stats '$work/cropped.ndjson' --pixels --json --jobs 2"
row "stats --html --jobs 2" "signpost stats '$work/in.ndjson' --html '$work/out.html' --force --json --jobs 2"
row "stats, records alone" "signpost stats '$work/in.ndjson' --json"
row "view, 50 sheets of 120, --jobs 1" "signpost view '$work/in.ndjson' --limit 6000 -o '$work/out.png' --force --quiet --jobs 1" 6000
row "view, 50 sheets of 120, --jobs 2" "signpost view '$work/in.ndjson' --limit 6000 -o '$work/out.png' --force --quiet --jobs 2" 6000

for ((round = 0; round <= rounds; ++round)); do # the first round warms the cache and is not counted
  for i in "${!commands[@]}"; do
    from=$(date +%s%N)
    "${timer[@]}" bash -c "${commands[i]}" >"$work/said-$i"
    to=$(date +%s%N)
    # A peer's own clock leaves its start-up out; ours are whole processes.
    rate=$(awk -v n="${counts[i]}" -v ns=$((to - from)) '{for (k = 2; k <= NF; ++k) if ($k == "images/s") said = $(k - 1)} END {print said ? said : n * 1e9 / ns}' "$work/said-$i")
    [ "$round" = 0 ] || printf '%s\t%s\t%s\t%s\n' "$round" "$i" "$rate" "$(tail -n 1 "$work/peak")" >>"$work/rates"
  done
done
printf '%-44s %12s %9s %12s\n' "$count images, $rounds rounds, $(nproc) cores" best/s peak/MiB /peer
for i in "${!names[@]}"; do
  awk -F'\t' -v i="$i" -v name="${names[i]}" -v first="${names[0]}" '
    {rate[$1, $2] = $3; if ($1 > rounds) rounds = $1}
    $2 == i {if ($3 > best) best = $3; if ($4 / 1024 > peak) peak = $4 / 1024}
    END {
      ratio = "-"
      if (first ~ /^peer/ && name ~ /^peer|--pixels --jobs/) {
        for (r = 1; r <= rounds; ++r) {
          q = rate[r, i] / rate[r, 0]
          for (k = r - 1; k > 0 && v[k] > q; --k) v[k + 1] = v[k]
          v[k + 1] = q
        }
        ratio = sprintf("%.1f", rounds % 2 ? v[(rounds + 1) / 2] : (v[rounds / 2] + v[rounds / 2 + 1]) / 2)
      }
      printf "%-44s %12.0f %9d %12s\n", name, best, peak, ratio
    }' "$work/rates"
done
for i in "${!names[@]}"; do
  case ${names[i]} in
  peer*) printf '%s: %s\n' "${names[i]}" "$(sed -n 1p "$work/said-$i")" ;;
  "stats --pixels --jobs 1") printf '%s: %s\n' "${names[i]}" "$(jq -r '[.levels.all | .mean[], .std[] | . / 255 * 10000 | round / 10000] | join(" ")' "$work/said-$i")" ;;
  esac
done
