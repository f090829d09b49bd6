import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openEmbeddingNetwork } from '../../../src/embedding/network.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import type { FrozenNormalize } from '../../../src/models/frozen/frozen-network.ts';
import { inspectWeights } from '../../../src/models/pretrained/inspect.ts';
import { pythonPeer } from '../../python-peers.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';
const IMAGES = 3;

interface Expected {
  side: number;
  /** [image, …] of the output. */
  shape: number[];
  values: number[][];
  output?: string;
}

interface Case {
  file: string;
  /** Output that describes an image. */
  features: string | null;
  about: RegExp;
  /** As it is shown; null: as the file beside it says. */
  normalize: FrozenNormalize | null;
  toldBy: string | null;
  size: number;
}

const table: Record<string, Case> = {
  dino: {
    file: 'dino/onnx/model.onnx',
    features: 'pooler_output',
    about: /transformer/,
    normalize: null,
    toldBy: 'preprocessor_config.json',
    size: 24,
  },
  hidden: {
    file: 'hidden/model.onnx',
    features: 'last_hidden_state',
    about: /transformer/,
    normalize: 'imagenet',
    toldBy: null,
    size: 24,
  },
  registers: {
    file: 'registers/model.onnx',
    features: 'last_hidden_state',
    about: /transformer/,
    normalize: null,
    toldBy: 'preprocessor_config.json',
    size: 24,
  },
  clip: {
    file: 'clip/vision_model.onnx',
    features: 'image_embeds',
    about: /CLIP/,
    normalize: 'clip',
    toldBy: null,
    size: 16,
  },
  yolo: {
    file: 'yolo/yolov8n-cls.onnx',
    features: null,
    about: /YOLOv8n-cls/,
    normalize: null,
    toldBy: 'its metadata',
    size: 40,
  },
};

describe('networks as DINOv2, CLIP and YOLO are exported', { skip, timeout: 180_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-onnx-'));
  let engine: Engine;
  let expected: Record<string, Expected>;
  before(async () => {
    const script = fileURLToPath(new URL('../../python/onnx_networks.py', import.meta.url));
    execFileSync(pythonPeer(), [script, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'));
    engine = await wasmMaker.start({ threads: 1 });
  });
  after(async () => {
    await engine.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, { file, features, about, normalize, toldBy, size }] of Object.entries(table)) {
    it(`${name}: is told what it is, and gives ONNX Runtime’s features`, async () => {
      const { frozen } = await inspectWeights(path.join(folder, file));
      const { side, shape, values, output } = expected[name] as Expected;
      assert.match(frozen?.about ?? '', about);
      assert.equal(frozen?.features, features ?? output);
      assert.equal(frozen?.told?.by ?? null, toldBy);
      if (toldBy !== null) assert.equal(frozen?.told?.side, side);
      const network = await openEmbeddingNetwork(path.join(folder, file), toldBy === null ? { side } : {});
      assert.deepEqual([network.normalize, network.preprocess.width], [normalize, side]);
      const extractor = await network.createExtractor(engine);
      const pixels = fs.readFileSync(path.join(folder, `${name}.pixels`));
      const rows = await extractor.features({ pixels, labels: new Int32Array(IMAGES), size: IMAGES });
      extractor.dispose();
      network.dispose();
      assert.equal(extractor.size, size);
      // Of a sequence, whose values are [token, size], the first token is the class.
      const wanted = values.flatMap((row) => row.slice(0, shape.length === 3 ? size : row.length));
      assert.equal(rows.length, wanted.length);
      const largest = Math.max(1, ...wanted.map(Math.abs));
      const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (rows[i] as number))));
      assert.ok(worst <= 1e-4 * largest, `off by ${worst}, of ${largest}`);
    });
  }

  it('YOLO’s classes are read from its metadata', async () => {
    const { frozen } = await inspectWeights(path.join(folder, 'yolo/yolov8n-cls.onnx'));
    assert.deepEqual(frozen?.classes, ['tench', 'English springer', "Granny's", 'church', 'golf ball']);
  });

  it('what the user says goes before what is written beside the file', async () => {
    const choice = { normalize: 'clip' as const };
    const network = await openEmbeddingNetwork(path.join(folder, 'registers/model.onnx'), choice);
    assert.equal(network.normalize, 'clip');
    assert.equal(network.preprocess.normalization.mean[0], 0.48145466);
    network.dispose();
  });
});
