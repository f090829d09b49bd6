import type { ChartTheme } from '../ui/theme.ts';
import type { ChartView } from './chart-view.ts';

export interface PngText {
  title: string;
  subtitle: string;
}

const margin = 24;
const gap = 20;

/** The charts below each other on the theme's background, with title and legend. Returns base64 of a PNG file. */
export function chartsAsPng(views: readonly ChartView[], theme: ChartTheme, text: PngText): string {
  const scale = Math.max(2, views[0]?.chart.currentDevicePixelRatio ?? 1);
  const canvases = views.map((view) => view.chart.canvas);
  const sizes = views.map((view) => ({ width: view.chart.width, height: view.chart.height }));
  const width = Math.max(320, ...sizes.map((size) => size.width)) + 2 * margin;
  const headHeight = 58;
  const captionHeight = 26;
  const height = headHeight + margin + sizes.reduce((sum, size) => sum + size.height + captionHeight + gap, 0);

  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  const write = (words: string, x: number, y: number, color: string, font: string) => {
    context.font = font;
    context.fillStyle = color;
    context.fillText(words, x, y, width - x - margin);
    return x + context.measureText(words).width;
  };
  write(text.title, margin, 28, theme.foreground, `600 18px ${theme.fontFamily}`);
  write(text.subtitle, margin, 52, theme.muted, `12px ${theme.fontFamily}`);

  let top = headHeight + margin / 2;
  for (const [at, view] of views.entries()) {
    let x =
      write(view.spec.title, margin, top + captionHeight / 2, theme.foreground, `600 13px ${theme.fontFamily}`) + 18;
    for (const series of view.spec.series) {
      if (view.spec.series.length === 1) break;
      context.strokeStyle = theme.series[series.color].line;
      context.lineWidth = 2.5;
      context.beginPath();
      context.moveTo(x, top + captionHeight / 2);
      context.lineTo(x + 16, top + captionHeight / 2);
      context.stroke();
      x = write(series.label, x + 22, top + captionHeight / 2, theme.muted, `12px ${theme.fontFamily}`) + 16;
    }
    top += captionHeight;
    context.drawImage(canvases[at]!, margin, top, sizes[at]!.width, sizes[at]!.height);
    top += sizes[at]!.height + gap;
  }
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
