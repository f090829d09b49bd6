const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compactNumber = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** What stands where there is no figure. */
export const none = '–';

/** `12,345`. */
export function count(value: number | null): string {
  return value === null || !Number.isFinite(value) ? none : grouped.format(value);
}

/** `950`, `12.3K`, `1.05M`: for axes and large figures. */
export function compact(value: number | null): string {
  return value === null || !Number.isFinite(value) ? none : compactNumber.format(value);
}

/** `1 image`, `2 images`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share 0–1 as `93.4%`; never rounds up to 100 % or down to 0 % what is not. */
export function percent(value: number | null, digits = 1): string {
  if (value === null || !Number.isFinite(value)) return none;
  const step = 10 ** -digits;
  let shown = value * 100;
  if (value < 1 && shown > 100 - step) shown = 100 - step;
  if (value > 0 && shown < step) return `<${step.toFixed(digits)}%`;
  return `${shown.toFixed(value === 0 || value === 1 ? 0 : digits)}%`;
}

/** Losses and learning rates: four significant digits, powers of ten where they are shorter: `0.4312`, `1.2e-5`. */
export function figure(value: number | null, digits = 4): string {
  if (value === null || !Number.isFinite(value)) return none;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3)
    return value
      .toExponential(digits - 1)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(digits)));
}

/** Seconds as `0.8 s`, `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return none;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A rough duration for what is yet to come: `about 3 min`, `a few seconds`. */
export function remaining(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return none;
  if (seconds < 5) return 'a few seconds';
  if (seconds < 55) return `about ${Math.round(seconds / 5) * 5} s`;
  if (seconds < 90) return 'about 1 min';
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `about ${Number((seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0))} h`;
  return `about ${Number((seconds / 86_400).toFixed(1))} days`;
}

/** `840 images/s`, `12 images/s`, `0.8 images/s`. */
export function rate(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return none;
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : count(perSecond)} images/s`;
}
