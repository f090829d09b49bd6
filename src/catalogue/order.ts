import type { CatalogueField, CatalogueGroup, CatalogueQuery } from '../protocol/catalogue.ts';
import { defaultThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns, fromOf } from './fields.ts';
import { issueCondition } from './issue-sql.ts';
import { conditionOf, kindsOfImages } from './query-sql.ts';
import { type Sql, sql } from './sql.ts';
import { statisticsOf } from './statistics.ts';

/** The images of a query in its order. */
export interface Order {
  total: number;
  /** Null: all images, whose ids count from 0 on without gaps, which needs no list. */
  ids: Uint32Array | null;
}

/** Orders of a million images take 4 MB each. */
const KEPT_ORDERS = 8;

interface Kept {
  version: string;
  orders: Map<string, Order>;
  groups: Map<string, CatalogueGroup[]>;
}

const kept = new WeakMap<Catalogue, Kept>();

function keptOf(catalogue: Catalogue): Kept {
  const { version } = catalogue;
  const before = kept.get(catalogue);
  if (before?.version === version) return before;
  const fresh: Kept = { version, orders: new Map(), groups: new Map() };
  kept.set(catalogue, fresh);
  return fresh;
}

/**
 * Which images, in which order: computed once a query and version, as a list of ids (4 bytes an image).
 * @throws Problem `bad-query`
 */
export function orderOf(catalogue: Catalogue, query: CatalogueQuery): Order {
  const key = JSON.stringify([query.text, query.ids, query.ranges, query.sort, query.group]);
  return keptOrder(catalogue, key, () => computeOrder(catalogue, query));
}

/** Computes an order once a version; the last few are kept. */
export function keptOrder(catalogue: Catalogue, key: string, compute: () => Order): Order {
  const { orders } = keptOf(catalogue);
  const known = orders.get(key);
  orders.delete(key);
  const order = known ?? compute();
  orders.set(key, order);
  const [oldest] = orders.keys();
  if (orders.size > KEPT_ORDERS && oldest !== undefined) orders.delete(oldest);
  return order;
}

/** Ids of a part of the order. */
export function idsOf(order: Order, offset: number, limit: number): number[] {
  const from = Math.min(Math.max(0, offset), order.total);
  const to = Math.min(from + Math.max(0, limit), order.total);
  if (order.ids) return [...order.ids.subarray(from, to)];
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** At most `limit` ids, evenly spread over the order. */
export function sampleOf(order: Order, limit: number): number[] {
  if (order.total <= limit) return idsOf(order, 0, order.total);
  const idAt = (at: number) => order.ids?.[at] ?? at;
  return Array.from({ length: limit }, (_, i) => idAt(Math.floor((i * order.total) / limit)));
}

function computeOrder(catalogue: Catalogue, query: CatalogueQuery): Order {
  const condition = conditionOf(catalogue, query);
  const keys = [
    ...(query.group ? [groupKey(catalogue, query.group)] : []),
    ...(query.sort ? [sortKey(catalogue, query.sort.field)] : []),
  ];
  const direction = query.sort?.descending ? 'DESC' : 'ASC';
  const { isDense } = catalogue.order;
  const byPath = pathOrder(catalogue);
  const isByPath = keys.length === 0 || (!query.group && query.sort?.field === 'path' && direction === 'ASC');
  if (isByPath && condition.text === '1') {
    return isDense ? { total: catalogue.count, ids: null } : allByPath(catalogue, byPath);
  }
  const terms = keys.map(({ text }, at) => {
    const isSort = query.sort !== undefined && at === keys.length - 1;
    return `${text} IS NULL, ${text} ${isSort ? direction : 'ASC'}`;
  });
  const ordering = isByPath ? byPath : [...terms, byPath].join(', ');
  // Each key stands in the statement twice: where it is null, and its value.
  const values = isByPath ? [] : keys.flatMap((key) => [...key.values, ...key.values]);
  return orderBy(catalogue, condition, sql(ordering, ...values));
}

/** What orders images by their paths: their ids, as long as they do. */
export function pathOrder(catalogue: Catalogue): 'i.id' | 'i.path' {
  return catalogue.order.isByPath ? 'i.id' : 'i.path';
}

const wholes = new WeakMap<Catalogue, { contents: string; order: Order }>();

/** What is found of images leaves this order as it is, so it is kept longer than others. */
function allByPath(catalogue: Catalogue, byPath: string): Order {
  const { contents } = catalogue;
  const known = wholes.get(catalogue);
  if (known?.contents === contents) return known.order;
  const order = orderBy(catalogue, sql('1'), sql(byPath));
  wholes.set(catalogue, { contents, order });
  return order;
}

/** The images that a condition means, in this order. */
export function orderBy(catalogue: Catalogue, condition: Sql, ordering: Sql): Order {
  const statement = catalogue.db.prepare(
    `SELECT i.id FROM ${fromOf(condition.text, ordering.text)} WHERE ${condition.text} ORDER BY ${ordering.text}`,
  );
  statement.setReturnArrays(true);
  const list = new IdList(catalogue.count);
  const ids = statement.iterate(...condition.values, ...ordering.values) as unknown as Iterable<[number]>;
  for (const [id] of ids) list.add(id);
  return { total: list.length, ids: list.done() };
}

/** Collects ids without one object each. */
class IdList {
  length = 0;
  #ids: Uint32Array;

  /** @param expected how many there are, if no other process adds some meanwhile */
  constructor(expected: number) {
    this.#ids = new Uint32Array(expected);
  }

  add(id: number): void {
    if (this.length === this.#ids.length) {
      const longer = new Uint32Array(2 * this.length + 1024);
      longer.set(this.#ids);
      this.#ids = longer;
    }
    this.#ids[this.length++] = id;
  }

  done(): Uint32Array {
    return this.length === this.#ids.length ? this.#ids : this.#ids.slice(0, this.length);
  }
}

function sortKey(catalogue: Catalogue, field: CatalogueField): Sql {
  if (field === 'path') return sql(pathOrder(catalogue));
  return field === 'issue' ? firstIssue(catalogue) : sql(fieldColumns[field].column);
}

/** Text, or the number of a numeric field's group. */
function groupKey(catalogue: Catalogue, field: CatalogueField): Sql {
  if (field === 'issue') return firstIssue(catalogue);
  const { column, groups, unit } = fieldColumns[field];
  if (!groups) return sql(column);
  if ('step' in groups) {
    const step = `CAST(${column} / ${groups.step} + 1e-9 AS INTEGER)`;
    // 1 belongs to the last group, not to one of its own.
    return sql(unit === 'share' ? `min(${step}, ${Math.round(1 / groups.step) - 1})` : step);
  }
  const cases = groups.edges.map((edge, at) => `WHEN ${column} < ${edge} THEN ${at}`).join(' ');
  return sql(`CASE WHEN ${column} IS NULL THEN NULL ${cases} ELSE ${groups.edges.length} END`);
}

/** Position in `kindsOfImages` of the first kind that an image has. */
export function firstIssue(catalogue: Catalogue, extent: 'all' | 'few' = 'all'): Sql {
  const statistics = statisticsOf(catalogue);
  const pieces = kindsOfImages.map((kind) => issueCondition(kind, defaultThresholds, statistics, extent));
  const cases = pieces.map(({ text }, at) => `WHEN ${text} THEN ${at}`).join(' ');
  return sql(`CASE ${cases} END`, ...pieces.flatMap(({ values }) => values));
}

/**
 * The groups of a query in their order; images without a value come last, under the empty key.
 * @throws Problem `bad-query`
 */
export function groupsOf(catalogue: Catalogue, query: CatalogueQuery): { total: number; groups: CatalogueGroup[] } {
  const order = orderOf(catalogue, query);
  if (!query.group)
    return { total: order.total, groups: order.total ? [{ key: '', count: order.total, offset: 0 }] : [] };
  const { groups } = keptOf(catalogue);
  const key = JSON.stringify([query.text, query.ids, query.ranges, query.group]);
  const known = groups.get(key) ?? computeGroups(catalogue, query, query.group);
  groups.set(key, known);
  return { total: order.total, groups: known };
}

function computeGroups(catalogue: Catalogue, query: CatalogueQuery, field: CatalogueField): CatalogueGroup[] {
  const condition = conditionOf(catalogue, query);
  const key = groupKey(catalogue, field);
  const rows = catalogue.all(
    `SELECT ${key.text} AS key, count(*) AS n FROM ${fromOf(condition.text, key.text)} WHERE ${condition.text}
     GROUP BY 1 ORDER BY 1`,
    ...key.values,
    ...condition.values,
  );
  let offset = 0;
  return rows
    .sort((a, b) => Number(a.key === null) - Number(b.key === null))
    .map((row) => {
      const group = { key: groupName(field, row.key as string | number | null), count: Number(row.n), offset };
      offset += group.count;
      return group;
    });
}

function groupName(field: CatalogueField, key: string | number | null): string {
  if (key === null) return '';
  if (field === 'issue') return kindsOfImages[Number(key)] ?? '';
  const { groups, unit } = fieldColumns[field];
  if (!groups) return String(key);
  const at = Number(key);
  const write = (value: number) => (unit === 'time' ? new Date(value).toISOString().slice(0, 10) : rounded(value));
  if ('step' in groups) return `${write(at * groups.step)}–${write((at + 1) * groups.step)}`;
  const { edges } = groups;
  if (at === 0) return `< ${write(edges[0] as number)}`;
  if (at === edges.length) return `≥ ${write(edges.at(-1) as number)}`;
  return `${write(edges[at - 1] as number)}–${write(edges[at] as number)}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(6)));
}
