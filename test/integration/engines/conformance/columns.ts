import os from 'node:os';
import { cpuMaker } from '../../../../src/engines/cpu/maker.ts';
import type { Engine } from '../../../../src/engines/engine.ts';
import { startEngine as startWasm } from '../../../../src/engines/wasm/maker.ts';
import { webgpuMaker } from '../../../../src/engines/webgpu/maker.ts';
import { swiftShader, swiftShaderEnvironment } from '../../../swiftshader.ts';
import { skip as noTensorFlow, startEngine as startTensorFlow } from '../../tensorflow/support.ts';

/** One way in which an engine computes, and how far it may be from the reference. */
export interface Column {
  name: string;
  start: () => Promise<Engine>;
  /** Why it can't run here. */
  skip: string | false;
  env: () => NodeJS.ProcessEnv;
  /** Cases that run here, by their names: slow engines do without losses and options that are computed on the host anyway. */
  cases: RegExp;
}

const some =
  /^layer|^curve|^cross-entropy, .*: plain|^focal, SGD: plain|^binary, SGD: plain|^cross-entropy, SGD with momentum.*: /;
/** A GPU in software is a hundred times slower: what TensorFlow.js has wrong, and one of each kind. */
const few =
  /^layer: (Conv2D stride 2 same|Conv2D dilated, same|DepthwiseConv2D|AveragePooling2D same|MaxPooling2D valid|UpSampling2D.*|PReLU|squeeze.*)$|^cross-entropy, AdamW: plain|^cross-entropy, SGD with momentum.*: all/;
const here = () => process.env;
const shader = swiftShaderEnvironment();
/** A GPU named in LOUPE_TEST_ADAPTER takes the place of Chromium's software one. */
const adapter = process.env.LOUPE_TEST_ADAPTER;

export const columns: readonly Column[] = [
  { name: 'wasm, 1 thread', start: () => startWasm(1, true), skip: false, env: here, cases: /./ },
  { name: 'wasm, plain SIMD, 3 threads', start: () => startWasm(3, false), skip: false, env: here, cases: /./ },
  { name: 'cpu', start: () => cpuMaker.start({}), skip: false, env: here, cases: some },
  { name: 'tensorflow', start: startTensorFlow, skip: noTensorFlow, env: here, cases: /./ },
  {
    name: 'webgpu',
    start: () => webgpuMaker.start({ adapter: adapter ?? swiftShader }),
    skip: adapter || shader ? false : `no Chromium with SwiftShader is installed on this ${os.type()}`,
    cases: adapter ? /./ : few,
    env: () => (adapter ? process.env : (shader as NodeJS.ProcessEnv)),
  },
];
