import fs from 'node:fs';
import type { ZipFile } from '../../interop/zip-file.ts';
import { bytesOf } from './dtypes.ts';
import { type PickleReader, unpickle } from './pickle.ts';
import { StorageRef, stateOf, torchReader } from './torch-state.ts';
import { type WeightFile, WeightFileError } from './weight-file.ts';

/** Pickles hold names and shapes only; larger ones are no weights. */
const MOST_PICKLE_BYTES = 256 * 2 ** 20;

/** A file of `torch.save` since PyTorch 1.6: a zip archive of a pickle and one entry a storage. Takes the archive over. @throws FormatError */
export function openTorchZip(zip: ZipFile): WeightFile {
  const pickle = zip.entries.find(({ name }) => /(^|^[^/]+\/)data\.pkl$/.test(name));
  if (zip.has('model.json'))
    throw new WeightFileError('it is an archive of a TensorFlow.js model: unpack it, and name the folder');
  if (!pickle) {
    throw new WeightFileError(
      'its archive has neither data.pkl of torch.save nor model.weights.h5 of Keras (a TorchScript file holds code: save the state_dict() instead)',
    );
  }
  if (pickle.size > MOST_PICKLE_BYTES) throw new WeightFileError('its pickle is too large for one of weights');
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  if (zip.has(`${folder}byteorder`) && Buffer.from(zip.read(`${folder}byteorder`)).toString() !== 'little') {
    throw new WeightFileError('its numbers are big-endian');
  }
  const { value } = unpickle(zip.read(pickle.name), torchReader);
  const tensors = stateOf(value, ({ key }) => zip.read(`${folder}data/${key}`));
  return { format: 'pytorch', tensors, close: () => zip.close() };
}

const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
/** PROTO 2, LONG1 of ten bytes: the magic number's pickle, as every legacy file begins. */
export const legacyStart = Uint8Array.from([0x80, 2, 0x8a, 10, ...littleEndian(LEGACY_MAGIC, 10), 0x2e]);

/**
 * A file of `torch.save` before PyTorch 1.6 (or with `_use_new_zipfile_serialization=False`): pickles of a magic number, a protocol,
 * the system, the object and the storages' keys, then each storage's number of values and its bytes. @throws WeightFileError
 */
export function openTorchLegacy(file: string): WeightFile {
  const bytes = fs.readFileSync(file);
  const storages = new Map<string, StorageRef>();
  const reader: PickleReader = {
    ...torchReader,
    persistent(id) {
      const storage = torchReader.persistent(id);
      if (storage instanceof StorageRef) storages.set(storage.key, storage);
      return storage;
    },
  };
  let at = legacyStart.length;
  const next = (): unknown => {
    const { value, length } = unpickle(bytes.subarray(at), reader);
    at += length;
    return value;
  };
  if (next() !== 1001) throw new WeightFileError('its version of the legacy format is not known');
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false) {
    throw new WeightFileError('its numbers are big-endian');
  }
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new WeightFileError('its pickle is damaged');
  const places = storagePlaces(bytes, at, keys, storages);
  const tensors = stateOf(value, ({ key }) => places.get(key) ?? new Uint8Array());
  return { format: 'pytorch-legacy', tensors, close: () => undefined };
}

/** The storages' bytes, which follow each other in the order of `keys`, each after its number of values (int64). */
function storagePlaces(
  bytes: Buffer,
  start: number,
  keys: readonly unknown[],
  storages: ReadonlyMap<string, StorageRef>,
): Map<string, Uint8Array> {
  const places = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage || at + 8 > bytes.length) throw new WeightFileError('it is cut off');
    const length = Number(bytes.readBigInt64LE(at)) * bytesOf(storage.dtype);
    if (!(length >= 0 && at + 8 + length <= bytes.length)) throw new WeightFileError('it is cut off');
    places.set(storage.key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return places;
}

function littleEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
