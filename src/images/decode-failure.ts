/** Why the bytes of a file can't become pixels. */
export type DecodeCause =
  | 'empty-file'
  | 'not-an-image'
  | 'corrupt'
  | 'truncated'
  | 'too-large'
  | 'unsupported'
  | 'unreadable'
  | 'missing';

/** One image that can't be used. It is data, not a bug: callers count it by `skipCause` and go on. */
export class DecodeFailure extends Error {
  override readonly name = 'DecodeFailure';
  readonly skipCause: DecodeCause;

  constructor(skipCause: DecodeCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.skipCause = skipCause;
  }
}
