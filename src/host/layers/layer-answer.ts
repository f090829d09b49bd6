import type { LayerReport, ReportedGroup, ReportedLayer } from '../../protocol/layers.ts';

/** The groups of an answer of `loupe layers`; null where it is none. */
export function readLayerGroups(answer: unknown): Pick<LayerReport, 'architecture' | 'groups' | 'dataProblem'> | null {
  if (!isFields(answer) || typeof answer.architecture !== 'string' || !Array.isArray(answer.groups)) return null;
  const groups = answer.groups.map(readGroup);
  const dataProblem = typeof answer.dataProblem === 'string' ? answer.dataProblem : null;
  return groups.every((group) => group !== null) ? { architecture: answer.architecture, groups, dataProblem } : null;
}

function readGroup(value: unknown): ReportedGroup | null {
  if (!isFields(value) || typeof value.name !== 'string' || !Array.isArray(value.layers)) return null;
  return value.layers.every(isLayer) ? { name: value.name, layers: value.layers } : null;
}

function isLayer(value: unknown): value is ReportedLayer {
  return (
    isFields(value) &&
    typeof value.name === 'string' &&
    typeof value.kind === 'string' &&
    typeof value.parameters === 'number' &&
    typeof value.head === 'boolean' &&
    typeof value.batchNorm === 'boolean'
  );
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
