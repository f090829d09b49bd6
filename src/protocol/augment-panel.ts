import type { LabelSafetyReport, PreviewAnswer } from './augment-preview.ts';

export type SettingValue = number | string | boolean;
/** Dotted path, e.g. `augment.rotate.degrees` → value. */
export type SettingValues = Record<string, SettingValue>;

/** One setting of the config's sections `augment` and `input`, as the JSON Schema describes it. */
export interface SettingControl {
  path: string;
  title: string;
  description: string;
  type: 'number' | 'integer' | 'boolean' | 'choice';
  /** Of numbers. */
  min: number;
  max: number;
  /** Of choices. */
  options: { value: string; description: string }[];
}

export interface SettingGroup {
  /** e.g. `augment.rotate`, `input`. */
  path: string;
  title: string;
  description: string;
  controls: SettingControl[];
}

export interface AugmentPanelSetup {
  type: 'setup';
  /** Of the config or the data set. */
  name: string;
  /** File name of the config that changes are written into; null: a data set without one. */
  configFile: string | null;
  /** For the panel's state: `*.loupe.json` or data source, absolute. */
  target: string;
  groups: SettingGroup[];
  defaults: SettingValues;
  presets: { name: string; description: string; values: SettingValues }[];
  /** What the config says. */
  values: SettingValues;
  /** A run of the workspace has a model to be asked. */
  canCheck: boolean;
}

export type ToAugmentPanel =
  | AugmentPanelSetup
  /** The config was edited elsewhere, or written. `canUndo`: its last change is what this panel wrote. */
  | { type: 'values'; values: SettingValues; configFile: string | null; canUndo: boolean }
  | { type: 'preview'; answer: PreviewAnswer }
  /** The last request, or the process, came to nothing. */
  | { type: 'failed'; message: string; advice: string; canRestart: boolean }
  | { type: 'checking'; text: string; share: number | null }
  /** null: the check was cancelled or failed. `values`: the settings that were checked. */
  | { type: 'safety'; report: LabelSafetyReport | null; model: string; values: SettingValues };

export interface RenderRequest {
  type: 'render';
  values: SettingValues;
  images: number;
  draws: number;
  roll: number;
}

export type FromAugmentPanel =
  | { type: 'ready' }
  | RenderRequest
  /** Write the settings into the config, or into a new one. */
  | { type: 'apply'; values: SettingValues }
  /** Take back what was last written. */
  | { type: 'undo' }
  | { type: 'copy'; values: SettingValues }
  | { type: 'check'; values: SettingValues }
  | { type: 'cancelCheck' }
  | { type: 'openConfig' }
  | { type: 'restart' }
  | { type: 'showLog' };

export type AugmentView = 'augmented' | 'inputs' | 'labels';

/** What the panel keeps over a reload (webview `setState`). */
export interface AugmentPanelState {
  target: string;
  /** Only what differs from the config. */
  changes: SettingValues;
  images: number;
  draws: number;
  roll: number;
  view: AugmentView;
  /** Paths of the unfolded groups. */
  open: string[];
}

const types = ['ready', 'render', 'apply', 'undo', 'copy', 'check', 'cancelCheck', 'openConfig', 'restart', 'showLog'];

export function isFromAugmentPanel(value: unknown): value is FromAugmentPanel {
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(String(value.type));
}
