import { Problem } from '../problem.ts';
import type { CatalogueAnswers, CatalogueRequest } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { imageDetail, type JournalOf, neighboursOf } from './image-detail.ts';
import { issueCounts } from './issue-counts.ts';
import { groupsOf, idsOf, orderOf } from './order.ts';
import { overviewOf } from './overview.ts';
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
    default:
      throw new Problem('unknown-request', `There is no request "${request.type}".`, 'See src/protocol/catalogue.ts.');
  }
}
