import { dataReportsFolder, readDataReport, summaryOf } from '../../jobs/data-reports.ts';
import type { DataReport, DataReportSummary } from '../../protocol/baseline.ts';
import { KeptReports } from '../reports/kept-reports.ts';

/** What the tree lists of a report. */
export interface ListedReport extends DataReportSummary {
  source: string;
}

/** The reports on what to expect of data sets. */
export class ReportIndex extends KeptReports<ListedReport> {
  constructor() {
    super({
      parentIn: dataReportsFolder,
      read: (folder) => {
        const report = readDataReport(folder);
        return { source: report.source, ...summaryOf(report) };
      },
    });
  }

  /** @throws Problem `bad-report`, `folder-missing` */
  read(id: string): DataReport {
    return readDataReport(this.folderOf(id));
  }
}
