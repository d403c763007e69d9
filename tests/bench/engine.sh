#!/usr/bin/env bash
# The device's engine beside ONNX Runtime on the same ONNX files, one thread, turn by turn: medians of the turns and their ratio.
# A package is opened, an ONNX file taken as it is.
# Usage: SIGNPOST_ORT=FOLDER tests/bench/engine.sh BUILD [TURNS] MODEL.onnx|NAME.signpost...
#   FOLDER holds node_modules with onnxruntime-node; BUILD/tests/bench_engine is built.
set -euo pipefail
build=$1
shift
turns=5
if [[ ${1:-} =~ ^[0-9]+$ ]]; then turns=$1; shift; fi
: "${SIGNPOST_ORT:?names the folder that holds node_modules with onnxruntime-node}"
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
median() { jq -s "map($1) | sort | .[length / 2 | floor]" "$2"; }
for model in "$@"; do
  file=$model
  if [[ $model == *.signpost ]]; then
    unzip -p "$model" model.onnx >"$work/model.onnx"
    file=$work/model.onnx
  fi
  : >"$work/ours"
  : >"$work/peer"
  for ((turn = 0; turn < turns; ++turn)); do
    "$build/tests/bench_engine" "$file" >>"$work/ours"
    node "$here/peers/onnxruntime.mjs" "$file" >>"$work/peer"
  done
  ours=$(median .p50_us "$work/ours")
  peer=$(median .p50_us "$work/peer")
  printf '%s: ours %.0f us, ONNX Runtime %.0f us, ratio %.2f\n' "$model" "$ours" "$peer" \
    "$(jq -n "$ours / $peer")"
done
