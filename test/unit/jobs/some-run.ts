import type { RunSummary } from '../../../src/protocol/runs.ts';

/** A summary with plausible values, to change. */
export function someRun(change: Partial<RunSummary> = {}): RunSummary {
  const id = change.id ?? 'a';
  return {
    id,
    folder: `/runs/${id}`,
    name: 'baseline',
    note: '',
    tags: [],
    starred: false,
    state: 'done',
    message: null,
    advice: null,
    createdAt: new Date(2025, 10, 20, 12, 30).getTime(),
    startedAt: 1000,
    endedAt: 61_000,
    architecture: 'resnet18',
    tricks: ['One-cycle', 'Averaged weights 0.999'],
    engine: 'WebAssembly',
    device: 'CPU',
    epoch: 5,
    epochs: 5,
    step: 50,
    steps: 50,
    loss: 0.3,
    accuracy: 0.9,
    bestEpoch: 4,
    validationLoss: 0.4,
    validationAccuracy: 0.88,
    testAccuracy: null,
    imagesPerSecond: 100,
    resumable: true,
    hasModel: true,
    params: { 'training.batchSize': 64, 'training.earlyStopping.enabled': true, 'training.optimizer.name': 'adamw' },
    ...change,
  };
}
