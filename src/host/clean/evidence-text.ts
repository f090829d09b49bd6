import type { IssueRow } from '../../protocol/catalogue.ts';
import type { FindingKind } from '../../protocol/findings.ts';

type Evidence = IssueRow['evidence'];

/** A measure by the kind that looks at it: what it is called, and on which side of the threshold it is. */
const measured: Partial<Record<FindingKind, { names: string[]; words: string; side: 'below' | 'above' }>> = {
  dark: { names: ['dark', 'brightness', 'value'], words: 'Brightest parts at', side: 'below' },
  light: { names: ['light', 'value'], words: 'Room for shadows', side: 'below' },
  'low-contrast': { names: ['contrast', 'lowContrast', 'value'], words: 'Contrast', side: 'below' },
  blurry: { names: ['blur', 'blurry', 'value'], words: 'Sharpness', side: 'below' },
  'low-information': { names: ['information', 'lowInformation', 'value'], words: 'Information', side: 'below' },
  'odd-aspect': { names: ['ratio', 'aspect', 'value'], words: 'Short side by long side', side: 'below' },
  'uniform-border': { names: ['border', 'value'], words: 'Border takes', side: 'above' },
  outlier: { names: ['distance', 'outlier', 'value'], words: 'Distance to the nearest images', side: 'above' },
};

/** Why a candidate is one, in words. */
export function evidenceText(row: Pick<IssueRow, 'kind' | 'images' | 'evidence' | 'suggested'>): string {
  const { kind, images, evidence } = row;
  switch (kind) {
    case 'label':
      return labelText(row);
    case 'ambiguous': {
      const best = images[0]?.confidence;
      return best == null ? 'Torn between classes' : `Torn between classes: the likeliest has only ${percent(best)}`;
    }
    case 'exact-duplicate':
      return images.length > 2 ? `${images.length} files with the same pixels` : 'The same pixels';
    case 'near-duplicate':
    case 'conflicting-labels':
    case 'split-leak':
      return copiesText(kind, images, evidence);
    case 'odd-size':
      return join([images[0] ? `${images[0].width} × ${images[0].height} pixels` : '', rangesText(evidence)]);
    case 'greyscale':
      return 'No colour, among images that have some';
    case 'unreadable':
      return words(evidence, ['message', 'cause']) || 'The file can’t be decoded';
    case 'spurious-correlation':
      return spuriousText(evidence);
    case 'rare-class':
    case 'class-imbalance':
      return classText(evidence);
    default:
      return measureText(kind, evidence);
  }
}

function classText(evidence: Evidence): string {
  const { class: name, count, mean, largest, largestCount, smallest, smallestCount } = evidence;
  if (typeof count === 'number' && typeof mean === 'number') {
    return `${name} has ${grouped(count)} ${count === 1 ? 'image' : 'images'}, a class ${grouped(mean)} on average`;
  }
  if (typeof largestCount === 'number' && typeof smallestCount === 'number') {
    const times = figure(largestCount / Math.max(1, smallestCount));
    return `${largest} has ${grouped(largestCount)} images, ${times} times as many as ${smallest} with ${grouped(smallestCount)}`;
  }
  return rest(evidence, []);
}

function spuriousText(evidence: Evidence): string {
  const { field, class: name } = evidence;
  const recall = number(evidence, ['recall']);
  const [accuracy, chance] = [number(evidence, ['accuracy']), number(evidence, ['chance'])];
  if (typeof name === 'string' && recall !== null) {
    return `${field} gives ${name} away: ${percent(recall)} of its images are told by it alone`;
  }
  if (accuracy === null || chance === null) return rest(evidence, []);
  return `${field} alone tells the classes of ${percent(accuracy)} of the images; by chance it would be ${percent(chance)}`;
}

function labelText({ images, evidence, suggested }: Pick<IssueRow, 'images' | 'evidence' | 'suggested'>): string {
  const [image] = images;
  const given = image?.givenConfidence ?? number(evidence, ['givenConfidence']);
  const best = image?.confidence ?? number(evidence, ['confidence']);
  const wanted = suggested ?? image?.predicted ?? null;
  if (given === null || best === null || wanted === null || wanted === image?.label) {
    return given === null ? 'The model disagrees with the label' : `The label has a probability of ${percent(given)}`;
  }
  const times = best / Math.max(given, 1e-6);
  if (times < 1.5) return `${wanted} is about as probable as ${image?.label ?? 'its label'}`;
  const shown =
    times >= 1000 ? 'over 1,000' : times >= 10 ? String(Math.round(times)) : String(Number(times.toFixed(1)));
  return `${wanted} is ${shown} × as probable as ${image?.label ?? 'its label'}`;
}

function copiesText(kind: FindingKind, images: IssueRow['images'], evidence: Evidence): string {
  const labels = [...new Set(images.map(({ label }) => label ?? 'no label'))];
  const splits = [...new Set(images.map(({ split }) => split ?? 'no split'))];
  const distance = number(evidence, ['distance']);
  const similarity = number(evidence, ['similarity']);
  const how = [
    distance === null ? '' : distance === 0 ? 'no bit of 64 differs' : `${distance} of 64 bits differ`,
    similarity === null ? '' : `similarity ${similarity.toFixed(3)}`,
  ];
  const what =
    kind === 'conflicting-labels'
      ? `The same picture as ${labels.join(' and ')}`
      : kind === 'split-leak'
        ? `The same picture in ${splits.join(' and ')}`
        : '';
  return join([what, ...how]) || 'They look the same';
}

function measureText(kind: FindingKind, evidence: Evidence): string {
  const measure = measured[kind];
  const value = measure ? number(evidence, measure.names) : null;
  if (!measure || value === null) return rest(evidence, []);
  const threshold = number(evidence, ['threshold']);
  const limit = threshold === null ? '' : `found ${measure.side} ${figure(threshold)}`;
  const beyond = kind === 'outlier' ? rangesText(evidence) : limit;
  return join([`${measure.words} ${figure(value)}`, beyond]);
}

/** How far from what is usual in the set. */
function rangesText(evidence: Evidence): string {
  const ranges = number(evidence, ['ranges']);
  const [q1, q3] = [number(evidence, ['q1']), number(evidence, ['q3'])];
  const usual = q1 === null || q3 === null ? '' : `half of all lie between ${figure(q1)} and ${figure(q3)}`;
  return join([ranges === null ? '' : `${figure(ranges)} interquartile ranges beyond`, usual]);
}

function number(evidence: Evidence, names: readonly string[]): number | null {
  for (const name of names) {
    const value = evidence[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return null;
}

function words(evidence: Evidence, names: readonly string[]): string {
  for (const name of names) {
    const value = evidence[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

/** Whatever there is, by name. */
function rest(evidence: Evidence, without: readonly string[]): string {
  return Object.entries(evidence)
    .filter(([name, value]) => value !== null && !without.includes(name))
    .map(([name, value]) => `${spaced(name)} ${typeof value === 'number' ? figure(value) : value}`)
    .join(', ');
}

/** `perClass` → `per class`. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function join(parts: readonly string[]): string {
  return parts.filter(Boolean).join(', ');
}

function percent(share: number): string {
  const shown = share * 100;
  if (share > 0 && shown < 0.1) return '<0.1%';
  return `${shown < 10 ? Number(shown.toFixed(1)) : Math.round(shown)}%`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
