/** Where the values of a JSON text with comments and trailing commas are; offsets count UTF-16 code units. */
export type JsoncNode = JsoncObject | JsoncOther;

export interface JsoncObject {
  kind: 'object';
  /** Of the opening brace, and behind the closing one. */
  start: number;
  end: number;
  properties: JsoncProperty[];
  /** Behind the comma after the last property; null: there is none. */
  trailingComma: number | null;
}

export interface JsoncOther {
  kind: 'array' | 'value';
  start: number;
  end: number;
}

export interface JsoncProperty {
  key: string;
  keyStart: number;
  value: JsoncNode;
}

/** The tree of a text; null where it is not valid. An empty text has no value and is not. */
export function parseJsonc(text: string): JsoncNode | null {
  try {
    const scanner = new Scanner(text);
    const node = scanner.value();
    scanner.skip();
    return scanner.at === text.length ? node : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const space = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const string = /"(?:[^"\\\n]|\\.)*"/y;
const literal = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** White space, comments and a byte-order mark. */
  skip(): void {
    space.lastIndex = this.at;
    this.at += space.exec(this.#text)?.[0].length ?? 0;
  }

  value(): JsoncNode {
    this.skip();
    const start = this.at;
    if (this.#take('{')) return this.#object(start);
    if (this.#take('[')) return this.#array(start);
    if (!this.#match(string) && !this.#match(literal)) throw new SyntaxError();
    return { kind: 'value', start, end: this.at };
  }

  #object(start: number): JsoncObject {
    const properties: JsoncProperty[] = [];
    let trailingComma: number | null = null;
    for (;;) {
      this.skip();
      if (this.#take('}')) return { kind: 'object', start, end: this.at, properties, trailingComma };
      if (properties.length > 0 && trailingComma === null) throw new SyntaxError();
      const keyStart = this.at;
      const key = this.#match(string);
      if (key === null) throw new SyntaxError();
      this.skip();
      if (!this.#take(':')) throw new SyntaxError();
      properties.push({ key: JSON.parse(key) as string, keyStart, value: this.value() });
      this.skip();
      trailingComma = this.#take(',') ? this.at : null;
    }
  }

  #array(start: number): JsoncOther {
    let open = true;
    for (;;) {
      this.skip();
      if (this.#take(']')) return { kind: 'array', start, end: this.at };
      if (!open) throw new SyntaxError();
      this.value();
      this.skip();
      open = this.#take(',');
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }
}
