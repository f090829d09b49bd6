import { bytesOf, toFloat32 } from './dtypes.ts';
import { Global, type PickleReader } from './pickle.ts';
import { type StoredTensor, valuesIn, WeightFileError } from './weight-file.ts';

/** A storage that a pickle refers to. */
export class StorageRef {
  readonly key: string;
  readonly dtype: string;
  /** Values in it. */
  readonly size: number;

  constructor(key: string, dtype: string, size: number) {
    this.key = key;
    this.dtype = dtype;
    this.size = size;
  }
}

/** What `torch._utils._rebuild_tensor_v2` is called with. */
export class TorchTensor {
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: StorageRef, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const storageTypes: Readonly<Record<string, string>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
};

/** The only globals that weights need; any other is refused by name. */
export const torchReader: PickleReader = {
  persistent: storageOf,
  reduce(name, args) {
    switch (name) {
      case 'collections.OrderedDict':
        return new Map();
      case 'torch._utils._rebuild_tensor_v2':
      case 'torch._utils._rebuild_tensor':
        return rebuildTensor(args);
      case 'torch._utils._rebuild_parameter':
        return args[0];
      case 'torch.Size':
      case 'builtins.set':
      case '__builtin__.set':
        return args[0] ?? [];
      case 'torch.device':
      case 'torch.serialization._get_layout':
      case 'argparse.Namespace':
        return null;
      default:
        throw new WeightFileError(
          `it needs the Python class or function ${name}, and Loupe runs no code from a file; save the model's state_dict() instead`,
        );
    }
  },
};

function rebuildTensor(args: readonly unknown[]): TorchTensor {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof StorageRef) || !isIndex(offset) || !isShape(shape) || !isShape(strides)) {
    throw new WeightFileError('its pickle is damaged');
  }
  return new TorchTensor(storage, offset, shape, strides);
}

/** `('storage', <storage type>, key, location, size)`, with a view behind it in the legacy format. */
function storageOf(id: unknown): StorageRef {
  const [kind, type, key, , size] = Array.isArray(id) ? id : [];
  const name = type instanceof Global ? type.name : '';
  const dtype = storageTypes[name];
  if (kind !== 'storage' || typeof key !== 'string' || !isIndex(size) || !dtype) {
    throw new WeightFileError(name && !dtype ? `it holds values of the type ${name}` : 'its pickle is damaged');
  }
  return new StorageRef(key, dtype, size);
}

/** A checkpoint keeps the weights under one of these, beside an optimizer's state and more. */
const nested = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'module',
  'net',
  'ema',
  'state_dict_ema',
  'weights',
];
const MOST_DEPTH = 3;

/**
 * The weights in what a PyTorch file holds: a state dict, or a checkpoint around one.
 * @param readStorage the bytes of a storage
 * @throws WeightFileError where there are none
 */
export function stateOf(value: unknown, readStorage: (storage: StorageRef) => Uint8Array): Map<string, StoredTensor> {
  const found = findState(value, 0);
  if (!found) throw new WeightFileError('it holds no weights by name (a state_dict)');
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of found) {
    if (tensor instanceof TorchTensor && typeof name === 'string') tensors.set(name, stored(name, tensor, readStorage));
  }
  return tensors;
}

function findState(value: unknown, depth: number): Map<unknown, unknown> | null {
  if (!(value instanceof Map) || depth > MOST_DEPTH) return null;
  if ([...value.values()].some((entry) => entry instanceof TorchTensor)) return value;
  for (const name of nested) {
    const inner = findState(value.get(name), depth + 1);
    if (inner) return inner;
  }
  return null;
}

function stored(name: string, tensor: TorchTensor, readStorage: (storage: StorageRef) => Uint8Array): StoredTensor {
  const { storage, offset, shape, strides } = tensor;
  const count = valuesIn(shape, name);
  const last =
    count === 0 ? offset : offset + shape.reduce((sum, length, i) => sum + (length - 1) * (strides[i] ?? 0), 0);
  if (strides.length !== shape.length || last >= Math.max(1, storage.size) || count > storage.size) {
    throw new WeightFileError(`${name} reaches beyond its storage`);
  }
  return {
    shape,
    dtype: storage.dtype,
    read() {
      const size = bytesOf(storage.dtype);
      const bytes = readStorage(storage);
      if (bytes.byteLength < storage.size * size) throw new WeightFileError(`${name} is cut off`);
      if (isContiguous(shape, strides)) return toFloat32(bytes.subarray(offset * size), storage.dtype, count);
      return gather(toFloat32(bytes, storage.dtype, storage.size), { offset, shape, strides, count });
    },
  };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i] as number;
  }
  return true;
}

interface View {
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
  count: number;
}

function gather(values: Float32Array, { offset, shape, strides, count }: View): Float32Array {
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let rest = i;
    let at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      at += (rest % length) * (strides[axis] as number);
      rest = Math.floor(rest / length);
    }
    result[i] = values[at] as number;
  }
  return result;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isIndex);
}
