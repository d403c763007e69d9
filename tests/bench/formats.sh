#!/usr/bin/env bash
# Rates of ingest for each format, and of export, on GTSRB's whole training set, as images a second; for three formats beside a Python
# loop over the same folder (one process, nothing hashed or checked), turn by turn. Prints; asserts nothing.
#   DATA=FOLDER    holds GTSRB/Final_Training
#   TURNS=3        the best of so many is shown
set -euo pipefail
: "${DATA:?DATA=FOLDER with GTSRB/Final_Training}"
turns=${TURNS:-3}
peer=$(dirname "$0")/peers/read_annotations.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

images_per_second() {  # images_per_second COMMAND: of one run
  local from to
  from=$(date +%s%N)
  bash -c "$1"
  to=$(date +%s%N)
  awk -v n="$count" -v ns=$((to - from)) 'BEGIN {printf "%.0f\n", n / ns * 1e9}'
}
larger() { awk -v a="$1" -v b="$2" 'BEGIN {print (a > b ? a : b)}'; }

signpost ingest "$DATA/GTSRB/Final_Training" --quiet | signpost split --val 0.2 --seed 7 --quiet >"$work/in"
count=$(wc -l <"$work/in")
printf '%-14s %10s %10s %10s %6s\n' format export ingest peer ratio
for format in gtsrb gtsdb yolo coco voc cvat label_studio datumaro csv imagefolder webdataset; do
  if [ $format = webdataset ]; then
    write="signpost pack '$work/in' -o '$work/out' --force --quiet"
  else
    write="signpost export --to $format '$work/in' -o '$work/out' --images link --root / --force --quiet"
  fi
  written=$(images_per_second "$write") read=0 theirs=0
  for ((turn = 0; turn < turns; ++turn)); do
    read=$(larger $read "$(images_per_second "signpost ingest '$work/out' --from $format --quiet >/dev/null")")
    case $format in
      imagefolder | coco | yolo)
        theirs=$(larger $theirs "$(/usr/bin/python3 "$peer" $format "$work/out" | awk '{print $(NF - 1)}')") ;;
    esac
  done
  awk -v f=$format -v w="$written" -v r="$read" -v p="$theirs" \
    'BEGIN {printf "%-14s %10d %10d", f, w, r; if (p) printf " %10d %6.1f", p, r / p; print ""}'
done
