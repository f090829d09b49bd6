import fs from 'node:fs';
import { FormatError } from '../../interop/format-error.ts';
import { looksLikeHdf5 } from '../../interop/hdf5-reader/hdf5-file.ts';
import { ZipFile } from '../../interop/zip-file.ts';
import { Problem } from '../../problem.ts';
import { kerasArchiveEntries, openKerasH5, openKerasZip } from './keras-file.ts';
import { looksLikeSafetensors, openSafetensors } from './safetensors-file.ts';
import { openTfjs } from './tfjs-file.ts';
import { readTimmFacts } from './timm-facts.ts';
import { legacyStart, openTorchLegacy, openTorchZip } from './torch-file.ts';
import { type WeightFile, WeightFileError } from './weight-file.ts';

const SNIFFED = 4096;

/**
 * Opens a file of weights, whatever its name says, and lists what it holds; close it when done. Nothing in it is executed.
 * @throws Problem `no-weights-file`, `bad-weights-file`
 */
export function openWeightFile(file: string): WeightFile {
  try {
    return { ...openAny(file), timm: readTimmFacts(file) };
  } catch (error) {
    throw weightFileProblem(file, error);
  }
}

function openAny(file: string): WeightFile {
  if (/\.json$/i.test(file)) return openTfjs(file);
  const { start, size } = sniff(file);
  if (start.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) return openArchive(file);
  if (looksLikeHdf5(start)) return openKerasH5(file);
  if (start.subarray(0, legacyStart.length).equals(legacyStart)) return openTorchLegacy(file);
  if (looksLikeSafetensors(start, size)) return openSafetensors(file);
  throw new WeightFileError('it is of no format that is known here');
}

/** Of PyTorch or of Keras. */
function openArchive(file: string): WeightFile {
  const zip = new ZipFile(file);
  try {
    return zip.has(kerasArchiveEntries.weights) ? openKerasZip(zip) : openTorchZip(zip);
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** What is wrong with a weight file, with its name and what to do. Errors of other kinds come back as they are. */
export function weightFileProblem(file: string, error: unknown): unknown {
  if (error instanceof FormatError) {
    return new Problem(
      'bad-weights-file',
      `The weights in ${file} can't be read: ${error.message}.`,
      'Give a file of torch.save (a state_dict), safetensors, Keras (.h5, .keras), TensorFlow.js (model.json) or ONNX; download it again if it is cut off.',
      { cause: error },
    );
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EISDIR') {
    const advice = 'Name the file in it: model.json of a TensorFlow.js model, or a file of weights.';
    return new Problem('no-weights-file', `${file} is a folder.`, advice, { cause: error });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') {
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'There is no file' : 'Can’t read the file';
    return new Problem('no-weights-file', `${why} ${file}.`, 'Check the path of the weights.', { cause: error });
  }
  return error;
}

function sniff(file: string): { start: Buffer; size: number } {
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(SNIFFED);
    const read = fs.readSync(handle, buffer, 0, SNIFFED, 0);
    return { start: buffer.subarray(0, read), size: fs.fstatSync(handle).size };
  } finally {
    fs.closeSync(handle);
  }
}
