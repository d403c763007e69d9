// ONNX Runtime gives what the device's engine gives for the networks in FOLDER (write_models.cpp).
//   node onnxruntime.mjs NODE_MODULES FOLDER
// float32 and float16: the same label on every image, probabilities within 1e-4. int8: a number on
// the border between two steps may fall to either side; half of the images are within 1e-3, and
// all within 0.1.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, folder] = process.argv.slice(2);
const ort = createRequire(path.resolve(modules, 'x.js'))(path.resolve(modules, 'onnxruntime-node'));
const BATCH = 25;

function floats(file) {
  const bytes = fs.readFileSync(path.join(folder, file));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function argmax(numbers) {
  return numbers.reduce((best, value, i) => (value > numbers[best] ? i : best), 0);
}

async function answers(session, images, size, count) {
  const bytes = size * size * 3;
  const all = [];
  for (let from = 0; from < count; from += BATCH) {
    const some = Math.min(BATCH, count - from);
    const tensor = new ort.Tensor('uint8', images.subarray(from * bytes, (from + some) * bytes),
                                  [some, size, size, 3]);
    all.push(...(await session.run({ image: tensor })).probabilities.data);
  }
  return all;
}

let ok = true;
for (const line of fs.readFileSync(path.join(folder, 'models.txt'), 'utf8').trim().split('\n')) {
  const [name, precision, ...numbers] = line.split(' ');
  const [size, classes, count] = numbers.map(Number);
  const session = await ort.InferenceSession.create(
      path.join(folder, `${name}-${precision}.onnx`), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const expected = floats(`${name}-${precision}.expected`);
  const got = await answers(session, fs.readFileSync(path.join(folder, `${name}.images`)), size, count);
  let same = 0, near = 0, apart = 0;
  for (let i = 0; i < count; ++i) {
    const a = expected.subarray(i * classes, (i + 1) * classes);
    const b = got.slice(i * classes, (i + 1) * classes);
    const most = Math.max(...b.map((value, c) => Math.abs(value - a[c])));
    same += argmax([...a]) === argmax(b);
    near += most <= 1e-3;
    apart = Math.max(apart, most);
  }
  const agrees = got.length === expected.length &&
      (precision === 'int8' ? near >= 0.5 * count && apart <= 0.1
                            : same === count && apart <= 1e-4);
  console.log(`${name} ${precision}: the same label on ${same} of ${count} images, probabilities apart by ` +
              `${apart.toExponential(1)}, ${near} within 1e-3${agrees ? '' : '  FAILED'}`);
  ok &&= agrees;
}
process.exitCode = ok ? 0 : 1;
