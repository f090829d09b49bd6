import path from 'node:path';

/** 0.8765 → `87.7%`; `–` for nothing. */
export function percent(value: number | null): string {
  return value === null ? '–' : `${(value * 100).toFixed(1)}%`;
}

/** Four significant digits; `–` for nothing. */
export function figure(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(4)));
}

/** Whole numbers with thousands separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `3 images`, `1 image`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `340 kB`, `12 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${count(bytes / 1e3)} kB` : `${count(bytes / 1e6)} MB`;
}

/** `8 s`, `1 min 12 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `2025-11-20 14:30`, local time. */
export function dateTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '–';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A path as one would type it in this shell: relative where that is shorter, quoted where it has to be. */
export function shellPath(file: string, relative: string): string {
  const shorter = relative !== '' && !relative.startsWith('..') && relative.length < file.length ? relative : file;
  return /^[\w@%+=:,./\\-]+$/.test(shorter) ? shorter : `"${shorter.replace(/(["\\$`])/g, '\\$1')}"`;
}

/** A file as one would type it in the folder where the command runs. */
export function fromHere(file: string): string {
  return shellPath(file, path.relative(process.cwd(), file));
}

/** `█████░░░░░` for 0–1. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
