import type { EvaluationReport } from '../../src/protocol/evaluation.ts';
import { element } from '../ui/dom.ts';
import { percent } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';

/** What the figures stand for. */
export class Used {
  readonly root: HTMLElement;
  readonly #facts = element('dl', { class: 'terms' });

  constructor(listeners: { onReport: () => void; onReveal: () => void }) {
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'What was used' },
      element('h2', {}, 'What was used'),
      this.#facts,
      element(
        'div',
        { class: 'actions' },
        button('Open report.json', { appearance: 'secondary', icon: icon('file'), onClick: listeners.onReport }),
        button('Reveal Folder', { appearance: 'secondary', icon: icon('folder'), onClick: listeners.onReveal }),
      ),
    );
  }

  show({ used }: EvaluationReport): void {
    const total = used.members.reduce((sum, { weight }) => sum + weight, 0);
    const rows: [string, string][] = [
      ['Images', `${used.data.source}${used.data.split ? `, ${used.data.split} split` : ''}`],
      ['Fingerprint', used.data.fingerprint],
      ...used.members.map(({ name, weights, weight }): [string, string] => [
        used.combine === 'weighted' ? `${name} (${percent(weight / total, 0)})` : name,
        `weights ${weights.slice(0, 16)}…`,
      ]),
      ...(used.members.length > 1 ? [['Combined by', used.combine] as [string, string]] : []),
      ['Looked at', used.views],
      ['Engine', `${used.engine.label}, ${used.engine.device}`],
      [
        'Versions',
        Object.entries(used.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      ],
      ['Measured', new Date(used.at).toLocaleString(document.documentElement.lang || 'en')],
    ];
    this.#facts.replaceChildren(
      ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    );
  }
}
