import { type ByteSource, openFileSource } from '../../interop/byte-source.ts';
import { FormatError } from '../../interop/format-error.ts';
import { Hdf5File, type HdfArray } from '../../interop/hdf5-reader/hdf5-file.ts';
import type { ZipFile } from '../../interop/zip-file.ts';
import { bytesOf, toFloat32 } from './dtypes.ts';
import { classAndNumber, kerasPaths } from './keras-paths.ts';
import { legacyName, variableRoles } from './keras-roles.ts';
import { type StoredTensor, valuesIn, type WeightFile, WeightFileError } from './weight-file.ts';

export const kerasArchiveEntries = { weights: 'model.weights.h5', config: 'config.json' } as const;
/** A description of layers that is larger is none. */
const MOST_CONFIG_BYTES = 64 * 2 ** 20;
const MOST_OBJECTS = 100_000;
const MOST_DEPTH = 24;

/** A Keras file of weights (`.weights.h5`, `.h5`) or a whole model in HDF5; tensors are named `<layer>/<role>`. @throws FormatError */
export function openKerasH5(file: string): WeightFile {
  const source = openFileSource(file);
  try {
    return { ...read(source, null), close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** A Keras 3 archive (`.keras`). Takes the archive over. @throws FormatError */
export function openKerasZip(zip: ZipFile): WeightFile {
  const config = zip.has(kerasArchiveEntries.config) ? readConfig(zip) : null;
  const source = zip.source(kerasArchiveEntries.weights);
  return { ...read(source, config), format: 'keras', close: () => zip.close() };
}

function readConfig(zip: ZipFile): unknown {
  const entry = zip.entries.find(({ name }) => name === kerasArchiveEntries.config);
  if (entry && entry.size > MOST_CONFIG_BYTES)
    throw new WeightFileError('its description is too large for one of layers');
  try {
    return JSON.parse(Buffer.from(zip.read(kerasArchiveEntries.config)).toString('utf8'));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new WeightFileError('its description (config.json) is damaged', { cause: error });
  }
}

function read(source: ByteSource, config: unknown): Omit<WeightFile, 'close'> {
  const file = new Hdf5File(source);
  const root = file.open(file.root);
  if (root.kind !== 'group') throw new WeightFileError('it holds no groups');
  const whole = root.links.get('model_weights');
  const legacy = file.attributes(whole ?? file.root).has('layer_names');
  const tensors = legacy ? legacyTensors(file, whole ?? file.root) : newTensors(file, config);
  if (tensors.size === 0) throw new WeightFileError('it holds no weights as Keras writes them');
  return { format: legacy ? 'keras-h5' : 'keras-weights', tensors };
}

/** Before Keras 3: attributes list the layers, and each layer's weights, by name. */
function legacyTensors(file: Hdf5File, root: number): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const layer of namesIn(file, root, 'layer_names')) {
    const group = find(file, root, layer);
    if (group === null) throw new WeightFileError(`it lacks the layer ${layer} that it lists`);
    for (const weight of namesIn(file, group, 'weight_names')) {
      const address = find(file, group, weight);
      const found = address === null ? null : file.open(address);
      if (found?.kind !== 'data') throw new WeightFileError(`it lacks the weight ${weight} that it lists`);
      const name = legacyName(layer, weight);
      tensors.set(tensors.has(name) ? `${layer}/${name}` : name, stored(name, found));
    }
  }
  return tensors;
}

/** An attribute of names; a long one is cut into `layer_names0`, `layer_names1` … */
function namesIn(file: Hdf5File, address: number, name: string): string[] {
  const attributes = file.attributes(address);
  const names: string[] = [];
  const parts = attributes.has(name) ? [name] : [];
  for (let i = 0; attributes.has(`${name}${i}`); i++) parts.push(`${name}${i}`);
  for (const part of parts) for (const one of attributes.get(part) ?? []) names.push(String(one));
  return names;
}

/** The object at a path below a group; null: there is none. */
function find(file: Hdf5File, from: number, path: string): number | null {
  let address = from;
  for (const part of path.split('/')) {
    if (part === '') continue;
    const object = file.open(address);
    const next = object.kind === 'group' ? object.links.get(part) : undefined;
    if (next === undefined) return null;
    address = next;
  }
  return address;
}

/** Keras 2.13 has the layers of a network in a group of this name, and counts most of them twice: `conv2d`, `conv2d_2`, `conv2d_4`. */
const LAYERS_OF_2_13 = '_layer_checkpoint_dependencies';

/**
 * Since Keras 2.12: one group a layer, by its class and number, with its variables by number in `vars`, whose attribute names the layer
 * since Keras 3.3.
 */
function newTensors(file: Hdf5File, config: unknown): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const paths = kerasPaths(config);
  let objects = 0;
  const visit = (address: number, path: string, depth: number) => {
    if (++objects > MOST_OBJECTS || depth > MOST_DEPTH)
      throw new WeightFileError('it has more groups than any network');
    const group = file.open(address);
    if (group.kind !== 'group') return;
    for (const [name, child] of group.links) {
      if (name === 'optimizer' && path === '') continue;
      const inside = (part: string) => (path === '' ? part : `${path}/${part}`);
      if (name === 'vars') addVariables(file, child, { path, named: paths.get(path), tensors });
      else if (name !== LAYERS_OF_2_13) visit(child, inside(name), depth + 1);
      else for (const [layer, at] of recounted(file, child)) visit(at, inside(`layers/${layer}`), depth + 1);
    }
  };
  visit(file.root, '', 0);
  return tensors;
}

/** The groups of layers, with the numbers that other versions give them. */
function recounted(file: Hdf5File, address: number): [layer: string, address: number][] {
  const group = file.open(address);
  if (group.kind !== 'group') return [];
  const parts = [...group.links].map(([name, at]) => ({ ...classAndNumber(name), at }));
  const counts = new Map<string, number>();
  return parts
    .sort((a, b) => a.number - b.number)
    .map(({ className, at }) => {
      const count = counts.get(className) ?? 0;
      counts.set(className, count + 1);
      return [count === 0 ? className : `${className}_${count}`, at];
    });
}

interface LayerPlace {
  path: string;
  /** As the archive's description has it. */
  named: string | undefined;
  tensors: Map<string, StoredTensor>;
}

function addVariables(file: Hdf5File, address: number, { path, named, tensors }: LayerPlace): void {
  const group = file.open(address);
  if (group.kind !== 'group' || group.links.size === 0) return;
  const attribute = file.attributes(address).get('name')?.[0];
  const layer = attribute === undefined ? (named ?? path) : String(attribute);
  const className = path.slice(path.lastIndexOf('/') + 1).replace(/_\d+$/, '');
  const roles = variableRoles(className, group.links.size);
  for (const [index, child] of group.links) {
    const found = file.open(child);
    if (found.kind !== 'data') continue;
    const role = roles[Number(index)] ?? index;
    const name = `${layer}/${role}`;
    tensors.set(tensors.has(name) ? `${path}/${role}` : name, stored(name, found));
  }
}

function stored(name: string, array: HdfArray): StoredTensor {
  const count = valuesIn(array.shape, name);
  bytesOf(array.type);
  return { shape: array.shape, dtype: array.type, read: () => toFloat32(array.read(), array.type, count) };
}
