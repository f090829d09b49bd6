import type { DeepPartial } from '../../jobs/duplicate.ts';
import { fillDefaults } from '../../jobs/record.ts';
import { defaultConfig, type EngineConfig, type RunConfig } from '../../training/config.ts';
import { portableSource } from '../data-sets/list-file.ts';
import { dataSetName } from '../data-sets/propose.ts';

export interface NewRun {
  /** Absolute folder or file of the data set. */
  source: string;
  /** Folder that the config's source is relative to. */
  base: string;
  /** Over the defaults. */
  changes: DeepPartial<RunConfig>;
  engine: EngineConfig;
  /** Names that other runs have. */
  taken: ReadonlySet<string>;
}

/** The config of a run on a data set, named after it. */
export function configFor({ source, base, changes, engine, taken }: NewRun): RunConfig {
  const config = fillDefaults({ ...defaultConfig, engine }, changes) as RunConfig;
  const name = freeName(dataSetName(source) || config.model.architecture, taken);
  return { ...config, name, data: { ...config.data, source: portableSource(base, source) } };
}

/** `flowers`, `flowers 2`, … */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} ${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
