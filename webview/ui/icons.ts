import { type IconName, iconShapes } from './icon-shapes.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Decoration: what it means is said in text beside it or in the `aria-label` of its button. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  const attributes = {
    class: `icon icon-${name}`,
    viewBox: '0 0 16 16',
    width: '16',
    height: '16',
    'aria-hidden': 'true',
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const shape: { line?: string; fill?: string } = iconShapes[name];
  for (const part of ['line', 'fill'] as const) {
    const d = shape[part];
    if (!d) continue;
    const path = document.createElementNS(svgNamespace, 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', `icon-${part}`);
    svg.append(path);
  }
  return svg;
}
