/** A file that can't be read, with one clause that says why: `it is cut off`. The caller adds which file it is. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
}
