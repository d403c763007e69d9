#!/usr/bin/env bash
# What a device gets: device.sh PACKAGE IMAGE... prints the size of the runner and package, the time from the start of
# the process to the first label beside ONNX Runtime in node (if ORT is its node_modules folder), peak memory, and
# pictures a second on one core. RUNS=40. Build bench_cold_start and bench_pictures first; the programs are on PATH.
set -euo pipefail
package=$1
shift
here=$(dirname "$(realpath "$0")")
runner=$(command -v signpost-run)
tests=$(dirname "$runner")/../tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

strip -o "$work/signpost-run" "$runner"
size=$(stat -c %s "$work/signpost-run")
echo "runner, stripped: $size bytes; package: $(stat -c %s "$package"); together: $((size + $(stat -c %s "$package")))"
echo "libraries of the system: $(ldd "$work/signpost-run" | sed -n 's/^\t\([^ ]*\) => .*/\1/p' | xargs)"

commands=("$work/signpost-run" "$package" "$1")
if [ -n "${ORT:-}" ] && command -v node >/dev/null; then
  unzip -q -o "$package" model.onnx -d "$work"
  commands+=(-- env "NODE_PATH=$ORT" node "$here/peers/first_label.cjs" "$work/model.onnx")
fi
"$tests/bench_cold_start" "${RUNS:-40}" "${commands[@]}"
"$tests/bench_pictures" "$package" "$@"
