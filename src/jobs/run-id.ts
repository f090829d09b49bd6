import { randomBytes } from 'node:crypto';

const SLUG_LENGTH = 32;

/** A name as a part of a folder name: ASCII letters, digits and hyphens; empty where nothing of it is left. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
}

/** `20251122-094501-small-cnn-3fa2`: sorts by local time, readable in a terminal, unique enough to try. */
export function makeRunId(name: string, now: Date, random: string = randomBytes(2).toString('hex')): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return [date, time, slugOf(name), random].filter(Boolean).join('-');
}
