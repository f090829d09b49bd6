/** Red, green, blue 0–255; alpha 0–1. */
export type Color = [red: number, green: number, blue: number, alpha: number];

/** Reads the forms in which VS Code writes theme colours: `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)`, `rgba(…)`. null: none of these. */
export function parseColor(text: string): Color | null {
  const value = text.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,8})$/.exec(value)?.[1];
  if (hex && hex.length !== 5 && hex.length !== 7) {
    const wide = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const byte = (at: number) => Number.parseInt(wide.slice(at, at + 2), 16);
    return [byte(0), byte(2), byte(4), wide.length === 8 ? byte(6) / 255 : 1];
  }
  const parts = /^rgba?\(([^)]*)\)$/
    .exec(value)?.[1]
    ?.split(/[\s,/]+/)
    .filter(Boolean);
  if (!parts || parts.length < 3) return null;
  const numbers = parts.map((part) => (part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part)));
  if (numbers.some((number) => !Number.isFinite(number))) return null;
  return [numbers[0]!, numbers[1]!, numbers[2]!, numbers[3] ?? 1];
}

export function cssColor([red, green, blue, alpha]: Color): string {
  const channels = [red, green, blue].map(Math.round).join(', ');
  return alpha >= 1 ? `rgb(${channels})` : `rgba(${channels}, ${Number(alpha.toFixed(3))})`;
}

export function withAlpha(color: Color, alpha: number): Color {
  return [color[0], color[1], color[2], alpha];
}

/** `share` of `a`, the rest `b`; opaque. */
export function mix(a: Color, b: Color, share: number): Color {
  const channel = (at: 0 | 1 | 2) => a[at] * share + b[at] * (1 - share);
  return [channel(0), channel(1), channel(2), 1];
}

function luminance(color: Color): number {
  const linear = [color[0], color[1], color[2]].map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

/** WCAG 2.2 contrast ratio of two opaque colours, 1–21. */
export function contrast(a: Color, b: Color): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** The colour made opaque and moved towards the text colour until it has `ratio` against the background (3 for graphics). */
export function readable(color: Color, background: Color, foreground: Color, ratio = 3): Color {
  const opaque = withAlpha(color, 1);
  for (let share = 1; share > 0; share -= 0.1) {
    const mixed = mix(opaque, foreground, share);
    if (contrast(mixed, background) >= ratio) return mixed;
  }
  return withAlpha(foreground, 1);
}
