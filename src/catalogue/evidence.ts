import type { IssueRow } from '../protocol/catalogue.ts';
import type { FindingKind, FindingThresholds, LabelScore } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { statisticsOf } from './statistics.ts';

type Found = Pick<IssueRow, 'score' | 'evidence'>;
type Columns = Record<string, unknown>;

/** Why an image has an issue of its own, and how sure that is. */
export function evidenceOf(
  catalogue: Catalogue,
  kind: FindingKind,
  thresholds: FindingThresholds,
  id: number,
  labelScore: LabelScore = 'normalized-margin',
): Found {
  const columns = catalogue.get(
    `SELECT i.*, l.*, o.distance FROM images i LEFT JOIN labels l ON l.image = i.id
     LEFT JOIN outliers o ON o.image = i.id WHERE i.id = ?`,
    id,
  );
  if (!columns) return { score: 0, evidence: {} };
  return kind === 'label' ? labelEvidence(columns, labelScore) : evidenceIn(catalogue, kind, thresholds, columns);
}

/** @param columns of the image, its labels and its outlier row */
function evidenceIn(catalogue: Catalogue, kind: FindingKind, t: FindingThresholds, columns: Columns): Found {
  const value = (name: string) => rounded(Number(columns[name]));
  const below = (name: string, threshold: number): Found => ({
    score: rounded(1 - Number(columns[name])),
    evidence: { [name]: value(name), threshold },
  });
  switch (kind) {
    case 'dark':
      return below('dark', t.dark);
    case 'light':
      return below('light', t.light);
    case 'low-contrast':
      return below('contrast', rounded(t.lowContrast * statisticsOf(catalogue).style.contrastScale));
    case 'blurry':
      return below('blur', t.blurry);
    case 'low-information':
      return below('information', rounded(t.lowInformation * statisticsOf(catalogue).style.informationScale));
    case 'odd-aspect': {
      const ratio = Math.min(Number(columns.aspect), 1 / Number(columns.aspect));
      const { width, height } = columns;
      return {
        score: rounded(1 - ratio),
        evidence: { ratio: rounded(ratio), width: Number(width), height: Number(height), threshold: t.oddAspect },
      };
    }
    case 'odd-size':
      return beyond('size', Number(columns.size), t.oddSize, statisticsOf(catalogue).size);
    case 'outlier':
      return beyond('distance', Number(columns.distance), t.outlier, statisticsOf(catalogue).outlier);
    case 'greyscale':
      return {
        score: 1,
        evidence: { channels: Number(columns.channels), greyInSet: rounded(statisticsOf(catalogue).style.greyShare) },
      };
    case 'uniform-border':
      return {
        score: value('border'),
        evidence: { border: value('border'), color: String(columns.border_color), threshold: t.uniformBorder },
      };
    case 'ambiguous':
      return {
        score: rounded(1 - Number(columns.confidence)),
        evidence: { predicted: String(columns.predicted), confidence: value('confidence') },
      };
    default:
      return { score: 0, evidence: {} };
  }
}

function labelEvidence(columns: Columns, labelScore: LabelScore): Found {
  const quality: Record<LabelScore, unknown> = {
    'self-confidence': columns.self_confidence,
    'normalized-margin': columns.normalized_margin,
    'confidence-weighted-entropy': columns.weighted_entropy,
  };
  return {
    score: rounded(1 - Number(quality[labelScore])),
    evidence: {
      given: columns.class as string | null,
      predicted: String(columns.predicted),
      confidence: rounded(Number(columns.confidence)),
      givenConfidence: rounded(Number(columns.given_confidence)),
      wrong: rounded(Number(columns.wrong)),
    },
  };
}

/** How far beyond the quartiles, in interquartile ranges; surer the further. */
function beyond(name: string, value: number, threshold: number, quartiles: { q1: number; q3: number } | null): Found {
  const { q1 = 0, q3 = 0 } = quartiles ?? {};
  const reach = q3 - q1;
  const distance = value > q3 ? value - q3 : q1 - value;
  const ranges = reach > 0 ? distance / reach : null;
  return {
    score: ranges === null ? 1 : rounded(1 - 1 / (1 + Math.max(0, ranges))),
    evidence: {
      [name]: rounded(value),
      q1: rounded(q1),
      q3: rounded(q3),
      ranges: ranges && rounded(ranges),
      threshold,
    },
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
