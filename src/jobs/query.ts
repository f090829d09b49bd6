import type { RunSummary } from '../protocol/runs.ts';
import { compareWith, type Operator } from './query-compare.ts';
import { QueryProblem, type Token, tokenize } from './query-tokens.ts';
import { type FieldValue, findField, type RunField, suggestField } from './run-fields.ts';

export type RunFilter = (run: RunSummary) => boolean;

/**
 * A query over runs: `val_accuracy > 0.9 and tag = "aug" or not starred and training.batchSize >= 64 and name ~ "res"`.
 * `not` binds tighter than `and`, `and` tighter than `or`; parentheses group. A field alone asks whether it is true or
 * there at all. An empty query keeps every run. Fields: run-fields.ts; comparisons: query-compare.ts.
 * @throws QueryProblem with the offset of what is wrong and what was expected there
 */
export function parseQuery(query: string): RunFilter {
  if (!query.trim()) return () => true;
  const parser = new Parser(query);
  const filter = parser.or();
  parser.end();
  return filter;
}

class Parser {
  private readonly query: string;
  private readonly tokens: Token[];
  private next = 0;

  constructor(query: string) {
    this.query = query;
    this.tokens = tokenize(query);
  }

  or(): RunFilter {
    const parts = [this.and()];
    while (this.takeKeyword('or')) parts.push(this.and());
    return (run) => parts.some((part) => part(run));
  }

  end(): void {
    if (this.peek().kind === 'close') throw this.problem('This ")" was never opened', 'Remove it, or add a "(".');
    if (this.peek().kind !== 'end') throw this.problem('Expected "and" or "or"', 'Join two conditions with and / or.');
  }

  private and(): RunFilter {
    const parts = [this.not()];
    while (this.takeKeyword('and')) parts.push(this.not());
    return (run) => parts.every((part) => part(run));
  }

  private not(): RunFilter {
    if (this.takeKeyword('not')) {
      const part = this.not();
      return (run) => !part(run);
    }
    if (this.peek().kind !== 'open') return this.comparison();
    const open = this.take();
    const inner = this.or();
    if (this.peek().kind !== 'close') {
      throw new QueryProblem(this.query, open.at, 'This "(" is never closed', 'Add a ")".');
    }
    this.take();
    return inner;
  }

  private comparison(): RunFilter {
    const field = this.field();
    if (this.peek().kind !== 'operator') return (run) => isPresent(field.read(run));
    const operatorToken = this.take();
    const operator = (operatorToken.text === '==' ? '=' : operatorToken.text) as Operator;
    const value = this.peek();
    if (value.kind !== 'word' && value.kind !== 'string') {
      throw this.problem(`Expected a value after ${field.name} ${operator}`, 'Write a number, a word or "text".');
    }
    const comparison = compareWith(field, operator, value.text);
    if ('expected' in comparison) {
      const wrong = comparison.expected.startsWith('one of') ? operatorToken : value;
      const message = `${field.name} ${operator} ${value.text}: expected ${comparison.expected}`;
      throw new QueryProblem(this.query, wrong.at, message, `${field.name} is a ${typeNames[field.type]}.`);
    }
    this.take();
    return (run) => comparison.test(field.read(run));
  }

  private field(): RunField {
    const token = this.peek();
    if (token.kind !== 'word' || isKeyword(token.text)) {
      throw this.problem('Expected a field', 'Begin a condition with a field, e.g. val_accuracy > 0.9.');
    }
    const field = findField(token.text);
    if (!field) {
      const near = suggestField(token.text);
      throw this.problem(
        `There is no field "${token.text}"`,
        near ? `Did you mean "${near}"?` : 'Use a metric, state, tag, name … or a setting such as training.batchSize.',
      );
    }
    this.take();
    return field;
  }

  private peek(): Token {
    return this.tokens[this.next] as Token;
  }

  private take(): Token {
    return this.tokens[this.next++] as Token;
  }

  private takeKeyword(word: string): boolean {
    const token = this.peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.next++;
    return true;
  }

  private problem(message: string, advice: string): QueryProblem {
    return new QueryProblem(this.query, this.peek().at, message, advice);
  }
}

const typeNames = { number: 'number', text: 'text', boolean: 'yes/no field', list: 'list of texts', date: 'date' };

function isKeyword(word: string): boolean {
  return ['and', 'or', 'not'].includes(word.toLowerCase());
}

function isPresent(value: FieldValue): boolean {
  if (typeof value === 'boolean') return value;
  return value !== null && (!Array.isArray(value) || value.length > 0) && value !== '';
}
