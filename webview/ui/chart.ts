import type { Chart, ChartOptions } from 'chart.js';
import type { ChartTheme } from './theme.ts';

/** Of a chart that is as large as its box and draws points as they are given; pointer and keyboard are the panel's. */
export const plainChart = {
  animation: false,
  parsing: false,
  normalized: true,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
} satisfies ChartOptions<'line'>;

/** Gives a chart's axes and texts the colours of the theme; its lines are the caller's. */
export function applyTheme(chart: Chart<'line', { x: number; y: number }[]>, theme: ChartTheme): void {
  const { options } = chart;
  options.font = { family: theme.fontFamily, size: theme.fontSize };
  for (const scale of Object.values(options.scales!)) {
    Object.assign(scale!, {
      grid: { color: theme.grid, tickColor: theme.grid },
      border: { color: theme.axis },
      ticks: { ...scale!.ticks, color: theme.muted, font: options.font },
    });
  }
}

/** Calls back while the canvas has `ratio` pixels a CSS pixel. */
export function atPixelRatio(chart: Chart<'line', { x: number; y: number }[]>, ratio: number, draw: () => void): void {
  const { width, height } = chart;
  const at = (pixels: number | undefined) => {
    if (pixels === undefined) delete chart.options.devicePixelRatio;
    else chart.options.devicePixelRatio = pixels;
    chart.update();
    chart.resize(width, height);
  };
  at(ratio);
  try {
    draw();
  } finally {
    at(undefined);
  }
}
