import { readPalette } from '../ui/palette.ts';
import { type ChartTheme, readTheme } from '../ui/theme.ts';
import type { Look } from './looks.ts';

/** The chart theme with a colour for every run. */
export interface CompareTheme extends ChartTheme {
  palette: string[];
}

export function readCompareTheme(): CompareTheme {
  const theme = readTheme();
  return { ...theme, palette: readPalette(theme.highContrast, theme.background, theme.foreground) };
}

export function colorOf(theme: CompareTheme, look: Look): string {
  return theme.palette[look.color] ?? theme.foreground;
}
