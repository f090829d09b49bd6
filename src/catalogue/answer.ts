import { Problem } from '../problem.ts';
import type { CatalogueAnswers, CatalogueRequest } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { histogramOf } from './histogram.ts';
import { imageDetail, type JournalOf, neighboursOf } from './image-detail.ts';
import { issueCounts } from './issue-counts.ts';
import { issuesOf } from './issues.ts';
import { labelSummary } from './label-summary.ts';
import { groupsOf, idsOf, orderOf } from './order.ts';
import { overviewOf } from './overview.ts';
import { mapPoints, scatterOf } from './points.ts';
import { pageOf } from './rows.ts';

/** What answers need beside the catalogue. */
export interface AnswerContext {
  catalogue: Catalogue;
  journal(): JournalOf;
  /** Reads the journal again. */
  refresh(request: Extract<CatalogueRequest, { type: 'refresh' }>): void;
}

const MOST_ROWS = 1000;

/** @throws Problem where the request makes no sense */
export async function answerRequest(
  { catalogue, journal, refresh }: AnswerContext,
  request: CatalogueRequest,
): Promise<CatalogueAnswers[CatalogueRequest['type']]> {
  switch (request.type) {
    case 'overview':
      return overviewOf(catalogue);
    case 'refresh':
      refresh(request);
      return overviewOf(catalogue);
    case 'page':
      return pageOf(catalogue, request.query, request.offset, Math.min(request.limit, MOST_ROWS));
    case 'groups':
      return groupsOf(catalogue, request.query);
    case 'ids': {
      const order = orderOf(catalogue, request.query);
      return { ids: idsOf(order, 0, order.total) };
    }
    case 'histogram':
      return histogramOf(catalogue, request.query, request.field, request.bins, request.by);
    case 'scatter':
      return scatterOf(catalogue, request.query, request);
    case 'map':
      return mapPoints(catalogue, request.query, request);
    case 'issues':
      return issuesOf(catalogue, { ...request, limit: Math.min(request.limit, MOST_ROWS) });
    case 'labelSummary':
      return labelSummary(catalogue, request);
    case 'image':
      return imageDetail(catalogue, request.id, journal());
    case 'imageAt': {
      const id = catalogue.get('SELECT id FROM images WHERE path = ?', request.path)?.id;
      return typeof id === 'number' ? imageDetail(catalogue, id, journal()) : null;
    }
    case 'issueCounts':
      return issueCounts(catalogue, request.thresholds);
    case 'neighbours':
      return { neighbours: neighboursOf(catalogue, request.id, request.count) };
    case 'meanImage': {
      const { meanImage } = await import('./mean-image.ts');
      return meanImage(catalogue, request.className, request.split);
    }
    default:
      throw unknownRequest(request);
  }
}

function unknownRequest(request: never): Problem {
  const { type } = request as { type: string };
  return new Problem('unknown-request', `There is no request "${type}".`, 'See src/protocol/catalogue.ts.');
}
