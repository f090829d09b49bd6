/** A layer that has weights. */
export interface TrainedLayer {
  name: string;
  /** It belongs to the head, which every data set needs anew, not to the backbone. */
  head: boolean;
  batchNorm: boolean;
}

/** What a config's `freeze` says of a layer. */
export type PatternTest = (layer: TrainedLayer) => boolean;

/** A stage of a network: layers that are usually frozen together. */
export interface LayerGroup<Layer extends TrainedLayer = TrainedLayer> {
  name: string;
  layers: Layer[];
}

const HEAD = 'head';

/** Whether a pattern of `freeze` or `layerRates` means a layer: `*` stands for any characters, `backbone` and `batch-norm` for what they say. */
export function patternTest(pattern: string): PatternTest {
  if (pattern === 'backbone') return ({ head }) => !head;
  if (pattern === 'batch-norm') return ({ head, batchNorm }) => batchNorm && !head;
  const expression = new RegExp(`^${pattern.split('*').map(escapeExpression).join('.*')}$`, 'u');
  return ({ name }) => expression.test(name);
}

/** Names of the layers that any of the patterns means. */
export function frozenBy(layers: readonly TrainedLayer[], patterns: readonly string[]): Set<string> {
  const tests = patterns.map(patternTest);
  return new Set(layers.filter((layer) => tests.some((test) => test(layer))).map(({ name }) => name));
}

/**
 * The stages of a network, in its order, by its layers' names: `layer1.0.conv1` belongs to `layer1`, `features.3.conv.0` to `features.3`, a batch
 * norm to the convolution it follows; the last group is the head.
 */
export function groupLayers<Layer extends TrainedLayer>(layers: readonly Layer[]): LayerGroup<Layer>[] {
  const groups = new Map<string, Layer[]>();
  for (const layer of layers) {
    const name = layer.head ? HEAD : groupNameOf(layer.name);
    const own = groups.get(name);
    if (own) own.push(layer);
    else groups.set(name, [layer]);
  }
  return [...groups].map(([name, own]) => ({ name, layers: own }));
}

/**
 * The fewest patterns that mean these layers and no others, as a person would write them: `backbone`, `batch-norm`, a whole group, a layer.
 * @param frozen names
 */
export function patternsFor(layers: readonly TrainedLayer[], frozen: ReadonlySet<string>): string[] {
  const left = new Set(layers.map(({ name }) => name).filter((name) => frozen.has(name)));
  const patterns: string[] = [];
  const take = (pattern: string) => {
    const meant = layers.filter(patternTest(pattern)).map(({ name }) => name);
    if (meant.length === 0 || !meant.every((name) => frozen.has(name)) || !meant.some((name) => left.has(name))) return;
    patterns.push(pattern);
    for (const name of meant) left.delete(name);
  };
  take('backbone');
  for (const group of groupLayers(layers)) {
    const names = group.layers.map(({ name }) => name);
    if (names.length > 1 && names.every((name) => left.has(name))) {
      const pattern = groupPattern(layers, group);
      if (pattern) take(pattern);
    }
  }
  const norms = layers.filter(patternTest('batch-norm'));
  if (norms.filter(({ name }) => left.has(name)).length > 1) take('batch-norm');
  for (const name of [...left]) take(name);
  return patterns;
}

/** One pattern that means the group and nothing else; null: there is none. */
function groupPattern(layers: readonly TrainedLayer[], { name, layers: own }: LayerGroup): string | null {
  const candidates = [`${name}.*`, `${name}*`];
  return (
    candidates.find((pattern) => {
      const test = patternTest(pattern);
      return layers.every((layer) => test(layer) === own.includes(layer));
    }) ?? null
  );
}

function groupNameOf(name: string): string {
  const [first = name, second] = name.split('.');
  if (second === undefined)
    return name
      .replace(/_bn$/, '')
      .replace(/^bn(?=\d)/, 'conv')
      .replace(/_[dp]w_/, '_');
  return first === 'features' ? `${first}.${second}` : first;
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
