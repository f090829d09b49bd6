import type { FieldValue, RunField } from './run-fields.ts';

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

/** What the run's value is compared with, or in words what the field needs instead. */
export type Comparison = { test: (value: FieldValue) => boolean } | { expected: string };

/**
 * A run without the value (no validation yet, say) satisfies only `!=`. Text is compared without case; `~` is "contains".
 * Of a list (tags), one entry is enough, and `!=` means none.
 */
export function compareWith(field: RunField, operator: Operator, text: string): Comparison {
  switch (field.type) {
    case 'number':
      return compareNumber(operator, text);
    case 'date':
      return compareDate(operator, text);
    case 'boolean':
      return compareBoolean(operator, text);
    case 'text':
    case 'list':
      return compareText(operator, text);
  }
}

function compareNumber(operator: Operator, text: string): Comparison {
  const percent = text.endsWith('%');
  const digits = percent ? text.slice(0, -1) : text;
  const wanted = Number(digits) / (percent ? 100 : 1);
  if (digits.trim() === '' || !Number.isFinite(wanted)) return { expected: 'a number such as 0.9 or 90%' };
  const ordered = order(operator);
  if (!ordered) return { expected: 'one of = != < <= > >=' };
  return {
    test: (value) => (typeof value === 'number' ? ordered(value - wanted) : operator === '!='),
  };
}

/** A day is its whole length: `created > 2025-11-20` begins on the 21st. */
function compareDate(operator: Operator, text: string): Comparison {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const start = day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])).getTime() : Date.parse(text);
  if (!Number.isFinite(start)) return { expected: 'a date such as 2025-11-20 or "2025-11-20 14:30"' };
  const end = day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]) + 1).getTime() : start + 1;
  const ordered = order(operator);
  if (!ordered) return { expected: 'one of = != < <= > >=' };
  return {
    test: (value) =>
      typeof value === 'number' ? ordered(value < start ? -1 : value >= end ? 1 : 0) : operator === '!=',
  };
}

function compareBoolean(operator: Operator, text: string): Comparison {
  const wanted = { true: true, yes: true, false: false, no: false }[text.toLowerCase()];
  if (wanted === undefined) return { expected: 'true or false' };
  if (operator !== '=' && operator !== '!=') return { expected: 'one of = !=' };
  return { test: (value) => (value === wanted) === (operator === '=') };
}

function compareText(operator: Operator, text: string): Comparison {
  const wanted = text.toLowerCase();
  const any = (value: FieldValue, matches: (text: string) => boolean) =>
    (Array.isArray(value) ? value : value === null ? [] : [String(value)]).some((entry) =>
      matches(entry.toLowerCase()),
    );
  switch (operator) {
    case '=':
      return { test: (value) => any(value, (entry) => entry === wanted) };
    case '!=':
      return { test: (value) => !any(value, (entry) => entry === wanted) };
    case '~':
      return { test: (value) => any(value, (entry) => entry.includes(wanted)) };
    default:
      return { expected: 'one of = != ~ (contains)' };
  }
}

function order(operator: Operator): ((difference: number) => boolean) | null {
  switch (operator) {
    case '=':
      return (difference) => difference === 0;
    case '!=':
      return (difference) => difference !== 0;
    case '<':
      return (difference) => difference < 0;
    case '<=':
      return (difference) => difference <= 0;
    case '>':
      return (difference) => difference > 0;
    case '>=':
      return (difference) => difference >= 0;
    case '~':
      return null;
  }
}
