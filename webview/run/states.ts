import type { RunSummary } from '../../src/protocol/runs.ts';
import type { IconName } from '../ui/icon-shapes.ts';
import { isActive } from '../ui/state-looks.ts';

export type ActionName = 'stop' | 'resume' | 'continue' | 'duplicate' | 'classify' | 'evaluate' | 'exportModel';

export interface Action {
  name: ActionName;
  label: string;
  title: string;
  icon: IconName;
  primary: boolean;
  disabled: boolean;
}

type ActionText = Omit<Action, 'primary' | 'disabled'>;

const stop: ActionText = {
  name: 'stop',
  label: 'Stop',
  title: 'Stop after the current step and keep a state to resume from',
  icon: 'stop',
};
const cancel: ActionText = { ...stop, label: 'Cancel', title: 'Take this run out of the queue' };
const stopping: ActionText = { ...stop, label: 'Stopping…', title: 'The run stops after the current step' };
const resume: ActionText = {
  name: 'resume',
  label: 'Resume',
  title: 'Go on from the last saved state, exactly as if the run had never stopped',
  icon: 'play',
};
const goOn: ActionText = {
  name: 'continue',
  label: 'Continue…',
  title: 'Train this model for more epochs',
  icon: 'continue',
};
const duplicate: ActionText = {
  name: 'duplicate',
  label: 'Duplicate…',
  title: 'Start a new run from this configuration',
  icon: 'duplicate',
};
const classify: ActionText = {
  name: 'classify',
  label: 'Classify…',
  title: 'Classify images with this run’s best model',
  icon: 'classify',
};
const exportModel: ActionText = {
  name: 'exportModel',
  label: 'Export…',
  title: 'Write the model as ONNX, Keras, SavedModel or TensorFlow.js',
  icon: 'export',
};

const evaluate: ActionText = {
  name: 'evaluate',
  label: 'Evaluate…',
  title: 'Every metric with its interval, confusion matrix, calibration, weak slices and the worst mistakes',
  icon: 'table',
};

/** What can be done with a run now, the most likely first; the first is the primary one, except that Stop never shouts. */
export function actionsFor(summary: Pick<RunSummary, 'state' | 'resumable' | 'hasModel'>): Action[] {
  const { state, resumable, hasModel } = summary;
  const ended = !isActive(state) && state !== 'queued';
  const texts: ActionText[] = [];
  if (state === 'queued') texts.push(cancel);
  if (state === 'starting' || state === 'running') texts.push(stop);
  if (state === 'stopping') texts.push(stopping);
  if (ended && state !== 'done' && resumable) texts.push(resume);
  if (hasModel) texts.push(classify, evaluate);
  if (state === 'done' && (resumable || hasModel)) texts.push(goOn);
  if (ended && hasModel) texts.push(exportModel);
  texts.push(duplicate);
  return texts.map((text, at) => ({
    ...text,
    primary: at === 0 && ended,
    disabled: text === stopping,
  }));
}
