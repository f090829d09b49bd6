/** Networks may be nested, but not as deep as a file that is made to exhaust. */
const MOST_DEPTH = 16;

/**
 * From the path of a layer's group in a Keras 3 file (`layers/functional/layers/conv2d_3`) to the layer's name, by the description beside
 * it: groups are numbered by class in the order of the layers. Early versions did not write the names themselves.
 */
export function kerasPaths(config: unknown): Map<string, string> {
  const paths = new Map<string, string>();
  visit(config, '', paths, 0);
  return paths;
}

function visit(network: unknown, prefix: string, paths: Map<string, string>, depth: number): void {
  const layers = fieldOf(fieldOf(network, 'config'), 'layers');
  if (!Array.isArray(layers) || depth > MOST_DEPTH) return;
  const seen = new Map<string, number>();
  for (const layer of layers) {
    const group = snakeCase(String(fieldOf(layer, 'class_name') ?? ''));
    const count = seen.get(group) ?? 0;
    seen.set(group, count + 1);
    const path = `${prefix}layers/${group}${count === 0 ? '' : `_${count}`}`;
    const name = fieldOf(fieldOf(layer, 'config'), 'name');
    if (typeof name === 'string') paths.set(path, name);
    visit(layer, `${path}/`, paths, depth + 1);
  }
}

/** `conv2d_3` → the class and 3; the first of a class has no number. */
export function classAndNumber(group: string): { className: string; number: number } {
  const [, className = '', number = 0] = /^(.+?)(?:_(\d+))?$/.exec(group) ?? [];
  return { className, number: Number(number) };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** As `keras.src.utils.naming.to_snake_case`: `DepthwiseConv2D` → `depthwise_conv2d`. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
