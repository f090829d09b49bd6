import path from 'node:path';
import { completeConfig, upgradeConfig } from '../../jobs/complete-config.ts';
import { findConfigIssues } from '../../jobs/config-file.ts';
import { stripComments } from '../../jobs/jsonc.ts';
import { isRecord } from '../../jobs/record.ts';
import type { PanelSchedule, ScheduleSnapshot } from '../../protocol/schedule-panel.ts';
import { defaultConfig, type RunConfig } from '../../training/config.ts';
import { type ScheduleCurve, scheduleCurve } from '../../training/schedule-curve.ts';
import { segmentsOf } from '../../training/segments.ts';

/** Without a scan the curve is drawn as if an epoch had this many steps: only epochs are shown then. */
const STEPS_WHERE_UNKNOWN = 200;

/** How many images a data source holds, where that is known. */
export type ImageCount = (config: RunConfig) => number | null;

/**
 * The schedule of a config as it stands in the editor; a text that can't be trained with gives its mistakes instead.
 * @param images in the whole data set of a config
 */
export async function describeSchedule(
  text: string,
  file: string,
  schemaFile: string,
  images: ImageCount,
): Promise<ScheduleSnapshot> {
  const snapshot = { type: 'schedule', file, name: path.basename(file), kind: '', schedule: null } as const;
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(stripComments(text));
  } catch {
    return { ...snapshot, problems: ['The text is not valid JSON yet.'] };
  }
  const given = isRecord(value) ? upgradeConfig(withoutSchema(value)) : value;
  const issues = await findConfigIssues(given, schemaFile);
  if (issues.length > 0) {
    return { ...snapshot, problems: issues.map(({ path: at, message }) => (at ? `${at}: ${message}` : message)) };
  }
  const config = completeConfig(given);
  return {
    ...snapshot,
    kind: config.training.schedule.name,
    schedule: scheduleOf(config, images(config)),
    problems: [],
  };
}

/** @param images in the whole data set; null: not known */
export function scheduleOf(config: RunConfig, images: number | null): PanelSchedule {
  const { data, training } = config;
  const known = images !== null && images > 0;
  const train = known ? Math.max(1, Math.round(images * (1 - data.validation - data.test))) : 0;
  const curve = scheduleCurve(
    config,
    known ? train : STEPS_WHERE_UNKNOWN * (training.batchSize || defaultConfig.training.batchSize),
  );
  const { name } = training.optimizer;
  return {
    steps: curve.points.map(({ step }) => step),
    epochs: curve.points.map(({ epoch }) => epoch),
    rates: curve.points.map(({ learningRate }) => learningRate),
    momenta: curve.points.map(({ momentum }) => momentum),
    phases: phasesOf(config),
    totalSteps: curve.steps,
    totalEpochs: segmentsOf(config, []).reduce((sum, { epochs }) => sum + epochs, 0),
    momentumName: name === 'sgd' || name === 'rmsprop' ? 'momentum' : 'beta1',
    images: known ? train : null,
    estimated: known,
    depends: dependsText(curve.depends),
  };
}

function phasesOf(config: RunConfig): PanelSchedule['phases'] {
  let epoch = 0;
  return segmentsOf(config, []).flatMap(({ phase, width, height, epochs, freeze }) => {
    const begins = epoch;
    epoch += epochs;
    if (phase === null) return [];
    const frozen = freeze.length > 0 ? ', frozen' : '';
    return [{ name: `${phase + 1}: ${width} × ${height}${frozen}`, epoch: begins }];
  });
}

function dependsText(depends: ScheduleCurve['depends']): string | null {
  switch (depends) {
    case 'plateau':
      return 'The rate falls when the validation figures stop improving: when that will be only the run can tell.';
    case 'time-budget':
      return 'The curve is stretched over the time budget: how many epochs fit depends on the machine.';
    case null:
      return null;
  }
}

function withoutSchema(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== '$schema'));
}
