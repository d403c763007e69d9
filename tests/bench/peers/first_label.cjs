// One grey image through a network with ONNX Runtime: what a process costs from its start to the first label.
const ort = require('onnxruntime-node');
(async () => {
  const options = {intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential'};
  const session = await ort.InferenceSession.create(process.argv[2], options);
  const size = Number(process.argv[3] || 48);
  const image = new ort.Tensor('uint8', new Uint8Array(size * size * 3).fill(90), [1, size, size, 3]);
  const result = await session.run({[session.inputNames[0]]: image});
  const probabilities = result[session.outputNames[0]].data;
  console.log(probabilities.indexOf(Math.max(...probabilities)));
})();
