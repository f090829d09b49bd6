import type { PanelSchedule } from '../../protocol/schedule-panel.ts';

const width = 320;
const height = 130;
const edge = { left: 8, right: 8, top: 22, bottom: 20 };

export interface SvgColors {
  line: string;
  momentum: string;
  text: string;
  axis: string;
}

/** A small picture of a schedule for hovers: the learning rate as a line, the momentum dashed, both from 0 to their peak. */
export function scheduleSvg({ rates, momenta, epochs, totalEpochs }: PanelSchedule, colors: SvgColors): string {
  const inner = { width: width - edge.left - edge.right, height: height - edge.top - edge.bottom };
  const peak = Math.max(...rates);
  const x = (at: number) => edge.left + (epochs[at]! / Math.max(totalEpochs, Number.EPSILON)) * inner.width;
  const y = (share: number) => edge.top + (1 - share) * inner.height;
  const line = (values: readonly number[], least: number, most: number) =>
    values
      .map((value, at) => {
        const share = most > least ? (value - least) / (most - least) : 0.5;
        return `${at ? 'L' : 'M'}${x(at).toFixed(1)} ${y(share).toFixed(1)}`;
      })
      .join('');
  const moves = Math.max(...momenta) > Math.min(...momenta);
  const base = edge.top + inner.height;
  const font = `font-family="sans-serif" font-size="10" fill="${colors.text}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<path d="M${edge.left} ${base}H${width - edge.right}" stroke="${colors.axis}" fill="none"/>`,
    moves
      ? `<path d="${line(momenta, Math.min(...momenta), Math.max(...momenta))}" stroke="${colors.momentum}" stroke-dasharray="4 3" fill="none"/>`
      : '',
    `<path d="${line(rates, 0, peak)}" stroke="${colors.line}" stroke-width="1.8" fill="none" stroke-linejoin="round"/>`,
    `<text x="${edge.left}" y="13" ${font}>${rateText(peak)}${moves ? ' · momentum dashed' : ''}</text>`,
    `<text x="${edge.left}" y="${height - 6}" ${font}>0</text>`,
    `<text x="${width - edge.right}" y="${height - 6}" text-anchor="end" ${font}>${totalEpochs} epochs</text>`,
    '</svg>',
  ].join('');
}

function rateText(rate: number): string {
  const rounded = Number(rate.toPrecision(3));
  return `peak ${rounded < 1e-3 ? rounded.toExponential() : rounded}`;
}
