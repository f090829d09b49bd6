import { Problem } from '../problem.ts';
import { type JsoncNode, type JsoncObject, type JsoncProperty, parseJsonc } from './jsonc-tree.ts';

/** Replaces `length` characters at `offset` by `text`. */
export interface TextChange {
  offset: number;
  length: number;
  text: string;
}

/**
 * What to change in a JSON text with comments so that `path` has `value`; comments, order and formatting of all else stay.
 * What is missing of the path is added at the end of its object, indented as the file is. Changes are in the order of the
 * text and don't overlap.
 * @throws Problem `bad-json` where the text is not valid, or no object
 */
export function setJsonValue(text: string, path: readonly string[], value: unknown): TextChange[] {
  const style = styleOf(text);
  if (text.trim() === '') {
    return [{ offset: 0, length: text.length, text: `${print(nest(path, value), '', style)}${style.newline}` }];
  }
  let node: JsoncNode | null = parseJsonc(text);
  if (node?.kind !== 'object') {
    throw new Problem(
      'bad-json',
      'The file is not valid JSON, so nothing can be written into it.',
      'Correct it first.',
    );
  }
  for (const [depth, key] of path.entries()) {
    const rest = path.slice(depth + 1);
    // Of several properties with one name, JSON takes the last.
    const property: JsoncProperty | undefined = node.properties.findLast((one) => one.key === key);
    if (!property) return insert(text, node, key, nest(rest, value), style);
    if (rest.length === 0 || property.value.kind !== 'object') {
      const { start, end } = property.value;
      const replacement = print(nest(rest, value), indentAt(text, property.keyStart), style);
      return [{ offset: start, length: end - start, text: replacement }];
    }
    node = property.value;
  }
  return [];
}

export function applyChanges(text: string, changes: readonly TextChange[]): string {
  let result = '';
  let at = 0;
  for (const change of changes) {
    result += text.slice(at, change.offset) + change.text;
    at = change.offset + change.length;
  }
  return result + text.slice(at);
}

interface Style {
  /** One level. */
  indent: string;
  newline: string;
}

function styleOf(text: string): Style {
  return { indent: /^([ \t]+)"/m.exec(text)?.[1] ?? '  ', newline: text.includes('\r\n') ? '\r\n' : '\n' };
}

function insert(text: string, object: JsoncObject, key: string, value: unknown, style: Style): TextChange[] {
  const last = object.properties.at(-1);
  const name = JSON.stringify(key);
  const outer = indentAt(text, object.start);
  if (!last) {
    const inner = outer + style.indent;
    const close = object.end - 1;
    const kept = text.slice(object.start + 1, close).trimEnd();
    const offset = object.start + 1 + kept.length;
    const line = `${style.newline}${inner}${name}: ${print(value, inner, style)}${style.newline}${outer}`;
    return [{ offset, length: close - offset, text: line }];
  }
  const first = object.properties[0] as JsoncProperty;
  const end = last.value.end;
  const oneLine = !text.slice(object.start, first.keyStart).includes('\n');
  if (oneLine) {
    const space = object.trailingComma === null ? ', ' : ' ';
    const offset = object.trailingComma ?? end;
    return [{ offset, length: 0, text: `${space}${name}: ${printOneLine(value)}` }];
  }
  const inner = indentAt(text, first.keyStart);
  const line = `${style.newline}${inner}${name}: ${print(value, inner, style)}`;
  // A remark behind the last property stays with it.
  if (object.trailingComma !== null) {
    return [{ offset: behindRemark(text, object.trailingComma), length: 0, text: `${line},` }];
  }
  const offset = behindRemark(text, end);
  if (offset === end) return [{ offset, length: 0, text: `,${line}` }];
  return [
    { offset: end, length: 0, text: ',' },
    { offset, length: 0, text: line },
  ];
}

/** Behind the comments that follow on the same line. */
function behindRemark(text: string, offset: number): number {
  const remark = /(?:[ \t]*\/\*[^\r\n]*?\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/y;
  remark.lastIndex = offset;
  return offset + (remark.exec(text)?.[0].length ?? 0);
}

/** White space with which the line of `offset` begins. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function print(value: unknown, indent: string, style: Style): string {
  return JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.newline}${indent}`);
}

/** `{ "a": 1 }`, as on a line that had a property before. */
function printOneLine(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
}
