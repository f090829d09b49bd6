import type { Area } from './canvas-stack.ts';
import type { Scale } from './scale.ts';
import type { CompareTheme } from './theme.ts';

export interface AxesText {
  x: (value: number) => string;
  y: (value: number) => string;
}

/** Grid, ticks and frame of a chart. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  area: Area,
  { x, y }: { x: Scale; y: Scale },
  text: AxesText,
  theme: CompareTheme,
): void {
  context.font = `${theme.fontSize}px ${theme.fontFamily}`;
  context.lineWidth = 1;
  context.strokeStyle = theme.grid;
  context.fillStyle = theme.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of y.ticks) {
    const at = Math.round(y.toPixel(tick)) + 0.5;
    line(context, area.left, at, area.right, at);
    context.fillText(text.y(tick), area.left - 7, at);
  }
  context.textBaseline = 'top';
  context.textAlign = 'center';
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of x.ticks) {
    const at = Math.round(x.toPixel(tick)) + 0.5;
    line(context, at, area.top, at, area.bottom);
    const label = text.x(tick);
    const half = context.measureText(label).width / 2;
    if (at - half < end + 8 || at + half > area.right + 12) continue;
    context.fillText(label, at, area.bottom + 6);
    end = at + half;
  }
  context.strokeStyle = theme.axis;
  line(context, area.left, area.bottom + 0.5, area.right, area.bottom + 0.5);
}

export function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
