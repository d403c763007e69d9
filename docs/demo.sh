#!/usr/bin/env bash
# The main job from end to end, once around the loop. `make demo` runs it in demo/; every command is shown before it runs.
#   docs/demo.sh              on signs that `synth` draws
#   docs/demo.sh DIR-or-ZIP   on GTSRB's training set
set -euo pipefail
data=${1:-}
[ -z "$data" ] || data=$(realpath -e -- "$data")

rm -rf demo
mkdir demo
cd demo

step() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }
show() { # shows a command line, then runs it
  printf '$ %s\n' "$1" >&2
  bash -euo pipefail -c "$1"
}

step "1. Photographs, and a stream of samples made from them"
if [ -z "$data" ]; then
  epochs=12
  show 'signpost synth -o drawn --tracks 8 --frames 10 --field 688 --seed 1'
  data=drawn/GTSRB
  # The field: photographs as a phone takes them, framed loosely. The truth stands in a table of its own.
  tail -n +2 drawn/field/labels.csv | jq -Rc 'split(",") | {file: ("drawn/field/" + .[0]), label: (.[1] | tonumber), group: .[2]}' >truth.ndjson
  val=0.25 test=0
else
  epochs=3
  val=0.2 test=0.06
fi
show "signpost ingest '$data' >ingested.ndjson"

step "2. Split by whole tracks, check, crop"
show "signpost split --val $val --test $test --seed 7 ingested.ndjson >split.ndjson"
show 'signpost check split.ndjson'
show 'signpost stats split.ndjson | sed -n 1,8p'
show "jq -c 'select(.split != \"test\")' split.ndjson | signpost crop --size 48 >samples.ndjson"
show "signpost pack samples.ndjson -o shards     # for other tools; the trainer reads the stream itself"
if [ ! -e truth.ndjson ]; then
  # Whole photographs of signs that neither side of the split has seen play the field.
  jq -c 'select(.split == "test")' split.ndjson | signpost pack -o field --quiet
  tar -xf field/shard-000000.tar -C field
  jq -c 'select(.split == "test") | {file: ("field/" + .id + ".ppm"), label: .label, group}' split.ndjson >truth.ndjson
fi

step "3. Train, measure, package"
show "signpost train samples.ndjson --augment road --epochs $epochs -o run-1"
show 'signpost eval run-1 samples.ndjson --split val'
show 'signpost package keygen team --unencrypted'
package='--precision int8 --licence CC0-1.0 --key team.key'
show "signpost package run-1 -o signs-1.signpost $package"
show 'signpost verify signs-1.signpost --pubkey team.pub'

step "4. In the field"
# By group, half of the field comes home; the other half only ever measures.
jq -rc '.group' truth.ndjson | sort -u | awk 'NR % 2' >home.groups
jq -c --rawfile home home.groups '($home | split("\n")) as $g | select(.group as $x | $g | index($x))' truth.ndjson >home.ndjson
jq -c --rawfile home home.groups '($home | split("\n")) as $g | select(.group as $x | $g | index($x) | not)' truth.ndjson >away.ndjson
field_accuracy() { # field_accuracy PACKAGE: on the half that nobody labels
  jq -r .file away.ndjson | signpost run "$1" - |
    jq -rs --slurpfile truth away.ndjson '([$truth[].label] as $t | [to_entries[] | select(.value.label == $t[.key])] | length) / length * 1000 | round / 10'
}
show "jq -r .file away.ndjson | sed -n 1p | signpost run --pubkey team.pub signs-1.signpost -"
before=$(field_accuracy signs-1.signpost)
echo "right on $before % of $(wc -l <away.ndjson) field photographs" >&2

step "5. What the device saw comes home, is labelled, and joins the data"
show 'jq -r .file home.ndjson | signpost run signs-1.signpost - >seen.ndjson'
jq -c --slurpfile truth home.ndjson '. + {group: ($truth[input_line_number - 1].group)}' seen.ndjson >seen-groups.ndjson
show 'signpost capture add --device demo-phone - <seen-groups.ndjson >added.ndjson'
show 'signpost capture list --order uncertain --limit 1'
# The annotator of this demo knows the truth.
jq -c --slurpfile truth home.ndjson '(INDEX($truth[]; .file)) as $t | {capture, label: $t[.file].label}' added.ndjson >labels.ndjson
show 'signpost capture label --from labels.ndjson --annotator demo >/dev/null'
show 'signpost capture export | signpost crop --size 48 >captures.ndjson'
show "signpost merge samples.ndjson captures.ndjson | signpost split --val $val --seed 7 >samples-2.ndjson"
show "signpost train samples-2.ndjson --augment road --epochs $epochs -o run-2"
show "signpost package run-2 -o signs-2.signpost $package"
after=$(field_accuracy signs-2.signpost)

step "6. The better model goes live, and a device fetches it"
show 'signpost package trust team.pub'
for model in 1 2; do
  show "signpost package register signs-$model.signpost --who demo"
  show "signpost package promote signs-$model stable --who demo --why 'once around the loop'"
done
show 'signpost serve token add demo-phone >token'
signpost serve --listen 127.0.0.1:0 --quiet >address 2>serve.log & server=$!
trap 'kill $server' EXIT
until [ -s address ]; do sleep 0.1; done
show "signpost update --models phone --url $(jq -r .url address) --token-file token --pubkey team.pub"

accuracy=$(signpost eval run-1 samples.ndjson --split val --json --quiet | jq -r '.accuracy * 10000 | round / 100')
one=$(jq -r .file away.ndjson | sed -n 1p)
step "Done"
cat <<END
accuracy     $accuracy % on validation samples whose signs the network never saw
field        $before % before the loop, $after % after it, on $(wc -l <away.ndjson) photographs that nobody labelled
report       demo/run-2/report.html
package      demo/signs-2.signpost ($(stat -c %s signs-2.signpost) bytes)
prediction   $(signpost run phone/current/model.signpost "$one" | jq -r '"demo/\(.file): \(.label) \(.name), confidence \(.confidence * 1000 | round / 1000)"')
END
