import { type Color, cssColor, parseColor, readable, withAlpha } from './color.ts';

/** Theme colours of runs, each with what stands in where a theme has none; the first are told apart most easily. */
const sources: readonly [fallback: Color, ...names: string[]][] = [
  [[55, 148, 255, 1], '--vscode-charts-blue'],
  [[214, 134, 22, 1], '--vscode-charts-orange'],
  [[56, 160, 100, 1], '--vscode-charts-green'],
  [[177, 128, 215, 1], '--vscode-charts-purple'],
  [[241, 76, 76, 1], '--vscode-charts-red'],
  [[41, 184, 219, 1], '--vscode-terminal-ansiCyan'],
  [[204, 167, 0, 1], '--vscode-charts-yellow'],
  [[214, 112, 214, 1], '--vscode-terminal-ansiBrightMagenta', '--vscode-terminal-ansiMagenta'],
];

/** The colours of the active theme, made to stand out from the editor's background. */
export function readPalette(highContrast: boolean, background: string, foreground: string): string[] {
  const style = getComputedStyle(document.documentElement);
  const behind = parseColor(background) ?? [31, 31, 31, 1];
  const front = parseColor(foreground) ?? [204, 204, 204, 1];
  return sources.map(([fallback, ...names]) => {
    const found = names
      .map((name) => parseColor(style.getPropertyValue(name)))
      .find((color) => color !== null && color[3] > 0);
    return cssColor(readable(withAlpha(found ?? fallback, 1), behind, front, highContrast ? 4.5 : 3));
  });
}
