import type { Look } from './looks.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** A piece of a run's line with its marker. */
export function lineSwatch(color: string, look: Look, faint = false): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  const attributes = {
    class: `swatch-line${faint ? ' faint' : ''}`,
    viewBox: '0 0 24 12',
    width: '24',
    height: '12',
    'aria-hidden': 'true',
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const add = (tag: string, values: Record<string, string>) => {
    const node = document.createElementNS(svgNamespace, tag);
    for (const [key, value] of Object.entries(values)) node.setAttribute(key, value);
    svg.append(node);
  };
  add('path', {
    d: 'M0 6h24',
    stroke: color,
    'stroke-width': '2',
    'stroke-dasharray': look.dash.join(' '),
    fill: 'none',
  });
  add('path', {
    d: markerPath(look.marker),
    fill: color,
    stroke: color,
    'stroke-width': look.marker === 'cross' ? '2' : '0',
  });
  return svg;
}

function markerPath(marker: Look['marker']): string {
  switch (marker) {
    case 'circle':
      return 'M12 2.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z';
    case 'square':
      return 'M9 3h6v6H9z';
    case 'triangle':
      return 'M12 2l4 7.4H8z';
    case 'diamond':
      return 'M12 1.8L16.2 6 12 10.2 7.8 6z';
    case 'cross':
      return 'M9 3l6 6M15 3l-6 6';
  }
}
