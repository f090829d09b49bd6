import type { RunSummary } from '../../../src/protocol/runs.ts';

/** A run as tests need it. */
export function summaryOf(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'run',
    folder: '/runs/run',
    name: 'run',
    note: '',
    tags: [],
    starred: false,
    state: 'done',
    message: null,
    advice: null,
    createdAt: 0,
    startedAt: null,
    endedAt: null,
    tricks: [],
    architecture: 'small-cnn',
    engine: null,
    device: null,
    epoch: 0,
    epochs: 10,
    step: 0,
    steps: null,
    loss: null,
    accuracy: null,
    bestEpoch: null,
    validationLoss: null,
    validationAccuracy: null,
    testAccuracy: null,
    imagesPerSecond: null,
    resumable: false,
    hasModel: false,
    params: {},
    ...changes,
  };
}
