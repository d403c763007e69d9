// One image at a time through ONNX Runtime, one thread, all optimisations: onnxruntime.mjs MODEL.onnx
// The folder of node_modules is named by SIGNPOST_ORT.
import { createRequire } from 'node:module';

const started = process.hrtime.bigint();
const milliseconds = (since) => Number(process.hrtime.bigint() - since) / 1e6;
const ort = createRequire(`${process.env.SIGNPOST_ORT}/`)('onnxruntime-node');
const session = await ort.InferenceSession.create(process.argv[2], {
  intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all',
});
const px = Number(process.argv[3] ?? 48);
const image = new ort.Tensor('uint8', new Uint8Array(px * px * 3).fill(90), [1, px, px, 3]);
const feed = { [session.inputNames[0]]: image };
await session.run(feed);
const cold = milliseconds(started);
for (let i = 0; i < 50; ++i) await session.run(feed);
const times = [];
for (let i = 0; i < 2000; ++i) {
  const start = process.hrtime.bigint();
  await session.run(feed);
  times.push(milliseconds(start) * 1000);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ cold_ms: cold, p50_us: times[1000], p99_us: times[1980] }));
