import { Problem } from '../problem.ts';

const causes: Record<string, { code: string; what: string; advice: string }> = {
  ENOSPC: { code: 'disk-full', what: 'the disk is full', advice: 'Free some space, then go on.' },
  EDQUOT: { code: 'disk-full', what: 'the disk quota is used up', advice: 'Free some space, then go on.' },
  EACCES: {
    code: 'no-permission',
    what: 'permission denied',
    advice: 'Check who owns the folder and may write to it.',
  },
  EPERM: {
    code: 'no-permission',
    what: 'the operation is not permitted',
    advice: 'Check who owns the folder and may write to it.',
  },
  EROFS: {
    code: 'no-permission',
    what: 'the file system is read-only',
    advice: 'Choose a runs folder that can be written to.',
  },
  ENOENT: { code: 'folder-missing', what: 'it does not exist (any more)', advice: 'Check the path.' },
  ENOTDIR: { code: 'folder-missing', what: 'a part of the path is not a folder', advice: 'Check the path.' },
};

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Turns a file system error that a user can act on into a `Problem` (`disk-full`, `no-permission`, `folder-missing`);
 * returns anything else as it is. `throw fsProblem(error, 'write', file)`.
 * @param action verb for the message, e.g. `write`.
 */
export function fsProblem(error: unknown, action: string, file: string): unknown {
  if (error instanceof Problem) return error;
  const cause = causes[errnoOf(error) ?? ''];
  if (!cause) return error;
  return new Problem(cause.code, `Can't ${action} ${file}: ${cause.what}.`, cause.advice, { cause: error });
}
