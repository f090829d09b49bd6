/**
 * JSON with comments and trailing commas as plain JSON of the same length, so that positions stay true: each comment and
 * each comma before a closing bracket becomes spaces (line ends stay).
 */
export function stripComments(text: string): string {
  let result = '';
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (at) result = ' ';
  for (const { index, 0: token } of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g)) {
    result += text.slice(at, index) + (token.startsWith('"') ? token : token.replace(/[^\r\n]/g, ' '));
    at = index + token.length;
  }
  return dropTrailingCommas(result + text.slice(at));
}

function dropTrailingCommas(text: string): string {
  return text.replace(/("(?:[^"\\\n]|\\.)*"?)|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? ' ');
}

/** Line and column, both from 1, of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}
