import fs from 'node:fs';
import type { Engine, StepResult, TrainerState } from '../../../../src/engines/engine.ts';
import { Problem } from '../../../../src/problem.ts';
import { options } from '../../tensorflow/support.ts';
import { type ConformanceCase, conformanceCases } from './cases.ts';
import { columns } from './columns.ts';

/** What one engine makes of one case. */
export interface CaseResult {
  results: StepResult[];
  weights: number[][];
  averaged: number[][];
  /** Of the first batch, in the order of the model's weights; statistics of batch norm have none. */
  gradients: number[][];
}

export type CaseOutcome = CaseResult | { problem: string };

/** Runs all cases on the engine of a column, in a process of its own that has to end by itself. */
const [wanted = '', output = ''] = process.argv.slice(2);
const column = columns.find(({ name }) => name === wanted);
if (!column) throw new Error(`no column ${wanted}`);
const engine = await column.start();
const outcomes: Record<string, CaseOutcome> = {};
for (const one of conformanceCases()) {
  if (column.cases.test(one.name)) outcomes[one.name] = await outcomeOf(engine, one);
}
await engine.dispose();
fs.writeFileSync(output, JSON.stringify(outcomes));

async function outcomeOf(on: Engine, one: ConformanceCase): Promise<CaseOutcome> {
  try {
    return await train(on, one);
  } catch (error) {
    return { problem: error instanceof Problem ? error.message : ((error as Error).stack ?? String(error)) };
  }
}

async function train(on: Engine, one: ConformanceCase): Promise<CaseResult> {
  const model = one.build();
  const gradients = one.name.startsWith('layer: ') ? await gradientsOf(on, one) : [];
  const trainer = await on.createTrainer(model, one.options);
  const results: StepResult[] = [];
  for (const { batch, input } of one.steps) results.push(await trainer.step(batch, input));
  const state = await trainer.readState();
  trainer.dispose();
  model.dispose();
  return { results, ...valuesOf(state), gradients };
}

/** A step of plain gradient descent at rate 1 takes the gradient off the weights. */
async function gradientsOf(on: Engine, one: ConformanceCase): Promise<number[][]> {
  const model = one.build();
  const trainer = await on.createTrainer(model, options({ momentum: 0 }));
  const before = await trainer.readState();
  await trainer.step((one.steps[0] as ConformanceCase['steps'][0]).batch, { step: 0, learningRate: 1 });
  const after = await trainer.readState();
  trainer.dispose();
  model.dispose();
  return before.weights.map(({ data }, i) => {
    const next = after.weights[i]?.data as Float32Array;
    return Array.from(data, (value, k) => value - (next[k] as number));
  });
}

function valuesOf({ weights, averaged }: TrainerState) {
  const values = (arrays: TrainerState['weights']) => arrays.map(({ data }) => [...data]);
  return { weights: values(weights), averaged: values(averaged) };
}
