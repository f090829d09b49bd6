import { scheduleOf } from '../../../src/host/schedule/describe-schedule.ts';
import type { ScheduleSnapshot } from '../../../src/protocol/schedule-panel.ts';
import { defaultConfig, type TrainingConfig } from '../../../src/training/config.ts';

const phase = { epochs: 5, size: 0, batchSize: 0, learningRate: 0, freeze: [] as string[] };

/** The preview of a config with some settings changed. @param images in the data set; null: not known */
export function fakeSchedule(training: Partial<TrainingConfig> = {}, images: number | null = 2250): ScheduleSnapshot {
  const config = { ...defaultConfig, training: { ...defaultConfig.training, ...training } };
  return {
    type: 'schedule',
    file: '/home/ada/emoji/emoji.loupe.json',
    name: 'emoji.loupe.json',
    kind: config.training.schedule.name,
    schedule: scheduleOf(config, images),
    problems: [],
  };
}

const named = (name: TrainingConfig['schedule']['name']) => ({
  schedule: { ...defaultConfig.training.schedule, name },
});

/** Every state that the panel has to look right in. */
export const scheduleScenes: Record<string, () => ScheduleSnapshot> = {
  'one-cycle': () => fakeSchedule(),
  sgdr: () => fakeSchedule({ ...named('sgdr'), epochs: 30 }),
  unknown: () => fakeSchedule(named('plateau'), null),
  phases: () =>
    fakeSchedule({
      phases: [
        { ...phase, size: 32, freeze: ['stem*'] },
        { ...phase, epochs: 10, learningRate: 0.0005 },
      ],
    }),
  broken: () => ({
    ...fakeSchedule(),
    schedule: null,
    problems: [
      'training.schedule.name: expected one of "constant", "one-cycle", found "one-cycl". Did you mean "one-cycle"?',
      'training.epochs: expected a whole number, found 2.5.',
    ],
  }),
};
