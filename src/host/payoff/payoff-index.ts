import { payoffsFolder, readPayoffReport } from '../../jobs/payoff-reports.ts';
import type { PayoffReport } from '../../protocol/payoff.ts';
import { KeptReports } from '../reports/kept-reports.ts';

/** What cleaning has changed, as often as it was measured. */
export class PayoffIndex extends KeptReports<PayoffReport> {
  constructor() {
    super({ parentIn: payoffsFolder, read: readPayoffReport });
  }

  /** The last that was measured of a data set; of all without one. */
  newest(source?: string): PayoffReport | undefined {
    return (source === undefined ? this.all() : this.of(source)).toSorted(byTime).at(-1);
  }
}

function byTime(a: PayoffReport, b: PayoffReport): number {
  return a.createdAt < b.createdAt ? -1 : 1;
}
