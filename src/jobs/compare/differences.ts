import type { ComparedRun, ParamValue } from '../../protocol/compare.ts';

/** Settings that never make a difference: the name is shown anyway. */
const ignored = new Set(['name']);

/**
 * Names of the settings that are not the same in all runs of one tool, in the order of the config; a missing value differs. (Another
 * tool names its settings in its own way: that is no difference.) Then the facts that differ among the runs that know them.
 */
export function differingParams(runs: readonly ComparedRun[]): string[] {
  const tools = [...new Set(runs.map(({ foreign }) => foreign))].map((tool) =>
    runs.filter(({ foreign, params }) => foreign === tool && Object.keys(params).length > 0),
  );
  const params = namesOf(runs, ({ params }) => params).filter((name) => !ignored.has(name));
  const facts = namesOf(runs, ({ facts }) => facts);
  return [
    ...params.filter((name) => tools.some((group) => distinct(group.map(({ params }) => params[name])) > 1)),
    ...facts.filter(
      (name) => distinct(runs.map(({ facts }) => facts[name]).filter((value) => value !== undefined)) > 1,
    ),
  ];
}

/** Of a setting or a fact; undefined where the run has none. */
export function paramOf(run: ComparedRun, name: string): ParamValue | undefined {
  return run.params[name] ?? run.facts[name];
}

function namesOf(runs: readonly ComparedRun[], read: (run: ComparedRun) => Record<string, ParamValue>): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(read(run))))];
}

function distinct(values: readonly (ParamValue | undefined)[]): number {
  return new Set(values).size;
}
