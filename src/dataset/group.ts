import { Problem } from '../problem.ts';

/**
 * Makes the function that finds an image's group in its path.
 * @param pattern regular expression; its first group (else the whole match) is the name. Empty: no groups.
 * @throws Problem `group-pattern` when it is no regular expression.
 */
export function groupReader(pattern: string): (path: string) => string | null {
  if (!pattern) return () => null;
  const expression = compile(pattern);
  return (path) => {
    const match = expression.exec(path);
    return match ? (match[1] ?? match[0]) : null;
  };
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new Problem(
      'group-pattern',
      `The group pattern "${pattern}" is no regular expression: ${(error as Error).message}`,
      'For file names like patient12_3.png, write: (patient\\d+)_',
      { cause: error },
    );
  }
}
