#!/usr/bin/env bash
# Rate and memory of the filters on synthetic records, each by itself from a file, from a pipe, and all in one pipe, and the
# rate of jq and of Python's json on the first of the same records, in the same run. Prints; asserts nothing.
#   COUNT=10000000   records; the file and split's temporary one need 300 bytes each in TMPDIR
#   RUNS=3           runs of each, one after the other in turn; the best is printed
set -euo pipefail
COUNT=${COUNT:-10000000} RUNS=${RUNS:-3}
records=$(dirname "$(command -v signpost)")/../tests/bench_records
[ -x "$records" ] || { echo "build the target bench_records first (make bench-filters does)" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "needs GNU time (Debian's package time)" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$records" "$COUNT" >"$work/in"
few=$((COUNT / 50 + 1))
sed "${few}q" "$work/in" >"$work/few"

seconds_of() { # seconds_of COMMAND
  local from to
  from=$(date +%s%N)
  bash -euo pipefail -c "$1" >/dev/null
  to=$(date +%s%N)
  awk -v ns=$((to - from)) 'BEGIN {print ns / 1e9}'
}

names=() commands=() counts=()
job() { # job NAME RECORDS COMMAND
  names+=("$1") counts+=("$2") commands+=("$3")
}
timed="/usr/bin/time -a -f '%U %S %M'"
expression='label in (0..20, 25..40) and roi_min_side >= 20'
for from in file pipe; do
  feed="" source="$work/in"
  if [ $from = pipe ]; then feed="cat '$work/in' |" source=-; fi
  job "split, $from" "$COUNT" "$feed $timed -o $work/@ signpost-split --quiet --seed 7 $source"
  job "select, $from" "$COUNT" "$feed $timed -o $work/@ signpost-select --quiet '$expression' $source"
  job "crop, $from" "$COUNT" "$feed $timed -o $work/@ signpost-crop --size 48 $source"
  job "augment, $from" "$COUNT" "$feed $timed -o $work/@ signpost-augment --only-copies $source"
done
job "merge, file" "$COUNT" "$timed -o $work/@ signpost-merge --quiet $work/in"
job "jq -c select, file" "$few" "$timed -o $work/@ jq -c 'select((.label <= 20 or .label >= 25) and .roi[2] - .roi[0] >= 20)' $work/few"
job "Python's json, file" "$few" "$timed -o $work/@ python3 -c '
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    record[\"split\"] = \"train\"
    print(json.dumps(record, separators=(\",\", \":\")))' $work/few"

declare -A best
for ((run = 0; run < RUNS; ++run)); do
  for i in "${!names[@]}"; do
    s=$(seconds_of "${commands[$i]//@/job$i}")
    best[$i]=$(awk -v a="${best[$i]:-1e9}" -v b="$s" 'BEGIN {print a < b ? a : b}')
  done
done
peer=
for i in "${!names[@]}"; do [ "${names[$i]}" != "jq -c select, file" ] || peer=$(awk -v n="${counts[$i]}" -v s="${best[$i]}" 'BEGIN {print n / s}'); done
printf '%-22s %12s %14s %10s %8s\n' "" records/s "records/CPU s" "× jq" "peak MiB"
for i in "${!names[@]}"; do
  awk -v what="${names[$i]}" -v n="${counts[$i]}" -v s="${best[$i]}" -v peer="$peer" '
    {cpu = $1 + $2; if (!least || cpu < least) least = cpu; if ($3 > memory) memory = $3}
    END {printf "%-22s %12.0f %14.0f %10.1f %8.1f\n", what, n / s, n / (least > 0 ? least : 0.01), n / s / peer, memory / 1024}' "$work/job$i"
done

echo
echo "split | select | crop | augment, $COUNT records from a pipe:"
stages=(split select crop augment)
for ((run = 0; run < RUNS; ++run)); do
  s=$(seconds_of "cat '$work/in' | $timed -o $work/pipe-split signpost-split --quiet --seed 7 |
    $timed -o $work/pipe-select signpost-select --quiet 'split != \"test\"' |
    $timed -o $work/pipe-crop signpost-crop --size 48 | $timed -o $work/pipe-augment signpost-augment --seed 7")
  whole=$(awk -v a="${whole:-1e9}" -v b="$s" 'BEGIN {print a < b ? a : b}')
done
awk -v n="$COUNT" -v s="$whole" 'BEGIN {printf "%-22s %12.0f records/s, %.1f s\n", "the whole pipe", n / s, s}'
for stage in "${stages[@]}"; do
  awk -v what="$stage" '{cpu = $1 + $2; if (!least || cpu < least) least = cpu; if ($3 > memory) memory = $3}
    END {printf "  %-20s %12.1f CPU s %8.1f MiB at its peak\n", what, least, memory / 1024}' "$work/pipe-$stage"
done
