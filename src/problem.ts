/**
 * An error that a user can act on: `message` says what happened and with which file or value, `advice` what to do next.
 * Everything else that is thrown is a bug and is shown with its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly advice: string;

  /** @param code kebab-case, stable: tests and screens match on it, e.g. `one-class`. */
  constructor(code: string, message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.advice = advice;
  }
}
