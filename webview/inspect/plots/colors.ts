import { readPalette } from '../../ui/palette.ts';
import { type ChartTheme, readTheme } from '../../ui/theme.ts';

/** Colours of plots and the map in the active theme. */
export interface PlotColors extends ChartTheme {
  palette: readonly string[];
}

export function readColors(): PlotColors {
  const theme = readTheme();
  return { ...theme, palette: readPalette(theme.highContrast, theme.background, theme.foreground) };
}

/** The colour of the `at`th of many: beyond the palette, hues that follow the golden angle. */
export function colorAt(colors: PlotColors, at: number): string {
  const known = colors.palette[at];
  if (known !== undefined) return known;
  const isDark = /^rgb\((\d+)/.exec(colors.background);
  const light = Number(isDark?.[1] ?? 0) > 128 ? 38 : 66;
  return `hsl(${Math.round((at * 137.508) % 360)} 62% ${light}%)`;
}
