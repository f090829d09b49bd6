import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { completeConfig } from '../../jobs/complete-config.ts';
import type { FinderJob } from '../../jobs/finder-job.ts';
import { stripComments } from '../../jobs/jsonc.ts';
import { readSummary } from '../../jobs/list.ts';
import { readJob } from '../../jobs/read.ts';
import { changedSettings } from '../../jobs/setting-changes.ts';
import type { LrPlanEvent } from '../../protocol/lr-finder.ts';
import type { PanelOrigin } from '../../protocol/lr-finder-panel.ts';
import type { RunConfig } from '../../training/config.ts';
import { dataSetName } from '../data-sets/propose.ts';

/** What a finder's rate is for, as it is now. @param checkpoint of the run that the finder looked at */
export function describeOrigin(job: FinderJob, checkpoint: LrPlanEvent['checkpoint']): PanelOrigin {
  const { kind, path: file } = job.origin;
  switch (kind) {
    case 'config': {
      const config = configNow(file);
      return {
        kind,
        name: path.basename(file),
        missing: !fs.existsSync(file),
        learningRate: config?.training.learningRate ?? null,
        changed: config ? changedSettings(job.config, config) : [],
      };
    }
    case 'data':
      return {
        kind,
        name: dataSetName(file),
        missing: !fs.existsSync(file),
        learningRate: job.config.training.learningRate,
        changed: [],
      };
    case 'run':
      return describeRun(file, checkpoint);
  }
}

function describeRun(folder: string, checkpoint: LrPlanEvent['checkpoint']): PanelOrigin {
  try {
    const { name, step } = readSummary(folder);
    const { learningRate } = readJob(folder).config.training;
    const moved = checkpoint !== null && step > checkpoint.step;
    const changed = moved ? [vscode.l10n.t('step {0}, now {1}', checkpoint.step, step)] : [];
    return { kind: 'run', name, missing: false, learningRate, changed };
  } catch {
    return { kind: 'run', name: path.basename(folder), missing: true, learningRate: null, changed: [] };
  }
}

/** The config in a file, as it stands in the editor where it is open; null where it can't be read. */
export function configNow(file: string): RunConfig | null {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  try {
    return completeConfig(JSON.parse(stripComments(open?.getText() ?? fs.readFileSync(file, 'utf8'))));
  } catch {
    return null;
  }
}
