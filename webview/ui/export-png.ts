import type { ChartTheme } from './theme.ts';

/** A chart as it is to be drawn into the file. */
export interface Pictured {
  title: string;
  /** Lines that are shown; empty: one line that needs no name. */
  legend: readonly { label: string; color: string }[];
  chart: { width: number; height: number; canvas: HTMLCanvasElement };
  /** Calls back while the canvas has `ratio` pixels a CSS pixel. */
  atPixelRatio(ratio: number, draw: () => void): void;
}

export interface PngText {
  title: string;
  subtitle: string;
}

const margin = 24;
const gap = 20;
const headHeight = 76;
const captionHeight = 26;
/** Pixels of the file for a CSS pixel. */
const scale = 2;

interface Place {
  view: Pictured;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The charts as they stand on the page, on the theme's background, with title and legend. Returns base64 of a PNG file. */
export function chartsAsPng(views: readonly Pictured[], theme: ChartTheme, text: PngText): string {
  const { places, width, height } = arrange(views);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  const write = (words: string, x: number, y: number, color: string, size: number, weight = 400) => {
    context.font = `${weight} ${size}px ${theme.fontFamily}`;
    context.fillStyle = color;
    context.fillText(words, x, y, width - x - margin);
    return x + context.measureText(words).width;
  };
  write(text.title, margin, 30, theme.foreground, 18, 600);
  write(text.subtitle, margin, 54, theme.muted, 12);
  for (const { view, x, y, width: chartWidth, height: chartHeight } of places) {
    const middle = y + captionHeight / 2;
    let at = write(view.title, x, middle, theme.foreground, 13, 600) + 18;
    for (const series of view.legend) {
      context.strokeStyle = series.color;
      context.lineWidth = 2.5;
      context.beginPath();
      context.moveTo(at, middle);
      context.lineTo(at + 16, middle);
      context.stroke();
      at = write(series.label, at + 22, middle, theme.muted, 12) + 16;
    }
    view.atPixelRatio(scale, () => context.drawImage(view.chart.canvas, x, y + captionHeight, chartWidth, chartHeight));
  }
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** Charts side by side while they fit the widest one's width, as on the page. */
function arrange(views: readonly Pictured[]): { places: Place[]; width: number; height: number } {
  const inner = Math.max(320, ...views.map((view) => view.chart.width));
  const places: Place[] = [];
  let x = 0;
  let y = headHeight;
  let rowHeight = 0;
  for (const view of views) {
    const { width, height } = view.chart;
    if (x > 0 && x + width > inner) {
      x = 0;
      y += rowHeight + gap;
      rowHeight = 0;
    }
    places.push({ view, x: margin + x, y, width, height });
    x += width + gap;
    rowHeight = Math.max(rowHeight, captionHeight + height);
  }
  return { places, width: inner + 2 * margin, height: y + rowHeight + margin };
}
