import { type Color, cssColor, mix, parseColor, readable, withAlpha } from './color.ts';

/** What a chart needs of the active colour theme; CSS colours. */
export interface ChartTheme {
  highContrast: boolean;
  fontFamily: string;
  fontSize: number;
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  axis: string;
  /** Blue and orange first: told apart with every common form of colour blindness. */
  series: { blue: SeriesColor; orange: SeriesColor; purple: SeriesColor };
}

export interface SeriesColor {
  line: string;
  /** For the raw curve behind its smoothed one, and where its points are so dense that they fill an area. */
  faint: string;
  fainter: string;
}

export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const text = (...names: string[]) => names.map((name) => style.getPropertyValue(name).trim()).find(Boolean);
  const color = (fallback: Color, ...names: string[]): Color => {
    for (const name of names) {
      const parsed = parseColor(style.getPropertyValue(name));
      if (parsed && parsed[3] > 0) return parsed;
    }
    return fallback;
  };
  const kinds = document.body.classList;
  const highContrast = kinds.contains('vscode-high-contrast') || kinds.contains('vscode-high-contrast-light');
  const light = kinds.contains('vscode-light') || kinds.contains('vscode-high-contrast-light');
  const background = withAlpha(color(light ? [255, 255, 255, 1] : [31, 31, 31, 1], '--vscode-editor-background'), 1);
  const foreground = withAlpha(
    color(light ? [59, 59, 59, 1] : [204, 204, 204, 1], '--vscode-editor-foreground', '--vscode-foreground'),
    1,
  );
  const series = (fallback: Color, ...names: string[]): SeriesColor => {
    const line = readable(color(fallback, ...names), background, foreground, highContrast ? 4.5 : 3);
    const behind = (alpha: number) => cssColor(withAlpha(line, highContrast ? alpha * 1.6 : alpha));
    return { line: cssColor(line), faint: behind(0.32), fainter: behind(light ? 0.2 : 0.16) };
  };
  const contrastBorder = parseColor(style.getPropertyValue('--vscode-contrastBorder'));
  return {
    highContrast,
    fontFamily: text('--vscode-font-family') ?? 'system-ui, sans-serif',
    fontSize: Math.max(10, Math.round((Number.parseFloat(text('--vscode-font-size') ?? '13') || 13) * 0.85)),
    background: cssColor(background),
    foreground: cssColor(foreground),
    muted: cssColor(
      highContrast ? foreground : readable(mix(foreground, background, 0.7), background, foreground, 4.5),
    ),
    grid: cssColor(mix(foreground, background, highContrast ? 0.3 : 0.11)),
    axis: cssColor(contrastBorder ?? mix(foreground, background, 0.25)),
    series: {
      blue: series([55, 148, 255, 1], '--vscode-charts-blue'),
      // Translucent in most themes and empty in high contrast, where yellow is what stands out most from blue.
      orange: series([214, 134, 22, 1], '--vscode-charts-orange', '--vscode-charts-yellow'),
      purple: series([177, 128, 215, 1], '--vscode-charts-purple'),
    },
  };
}

/** Calls back once a frame after the colour theme changed: VS Code rewrites the root's variables and the body's class. */
export function onThemeChange(listener: () => void): void {
  let pending = false;
  const observer = new MutationObserver(() => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      listener();
    });
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id', 'data-vscode-theme-kind'],
  });
}
