import type { LineChart } from './line-chart.ts';
import type { RunLine } from './run-line.ts';
import { type CompareTheme, colorOf } from './theme.ts';

const margin = 24;
const gap = 20;
const caption = 24;
const scale = 2;
/** More names than this are no legend. */
const legendLimit = 40;

/** The curves that are on the page, with a legend, on the theme's background. Returns base64 of a PNG file. */
export function curvesAsPng(
  charts: readonly LineChart[],
  lines: readonly RunLine[],
  theme: CompareTheme,
  title: string,
): string {
  const width = Math.max(700, ...charts.map(({ stack }) => stack.width * 2 + gap)) + 2 * margin;
  const column = (width - 2 * margin - gap) / 2;
  const rows = Math.ceil(charts.length / 2);
  const height = Math.max(120, ...charts.map(({ stack }) => stack.height));
  const named = lines.slice(0, legendLimit);
  const perRow = Math.max(1, Math.floor((width - 2 * margin) / 210));
  const legendHeight = Math.ceil(named.length / perRow) * 20 + (lines.length > legendLimit ? 20 : 0);
  const canvas = document.createElement('canvas');
  canvas.width = width * scale;
  canvas.height = (60 + legendHeight + rows * (caption + height + gap) + margin) * scale;
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  const write = (text: string, x: number, y: number, size: number, weight: number, color: string, most: number) => {
    context.font = `${weight} ${size}px ${theme.fontFamily}`;
    context.fillStyle = color;
    context.fillText(text, x, y, most);
  };
  write(title, margin, 30, 18, 600, theme.foreground, width - 2 * margin);
  for (const [at, line] of named.entries()) {
    const [x, y] = [margin + (at % perRow) * 210, 62 + Math.floor(at / perRow) * 20];
    context.strokeStyle = colorOf(theme, line.look);
    context.lineWidth = 2.5;
    context.setLineDash([...line.look.dash]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 24, y);
    context.stroke();
    context.setLineDash([]);
    write(line.name, x + 30, y, 12, 400, theme.muted, 172);
  }
  if (lines.length > legendLimit) {
    write(`and ${lines.length - legendLimit} more runs`, margin, 62 + legendHeight - 20, 12, 400, theme.muted, 400);
  }
  for (const [at, chart] of charts.entries()) {
    const x = margin + (at % 2) * (column + gap);
    const y = 60 + legendHeight + Math.floor(at / 2) * (caption + height + gap);
    write(chart.column.label, x, y + caption / 2, 13, 600, theme.foreground, column);
    context.drawImage(chart.stack.base, x, y + caption, Math.min(column, chart.stack.width), chart.stack.height);
  }
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
