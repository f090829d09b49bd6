import { Problem } from '../problem.ts';

/** The command line can't be understood: exit code 2. */
export class UsageError extends Problem {
  constructor(message: string, advice: string, options?: ErrorOptions) {
    super('bad-usage', message, advice, options);
  }
}
