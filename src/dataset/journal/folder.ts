import fs from 'node:fs';
import path from 'node:path';

/** Name of the journal in `<workspace>/.loupe`. */
export const JOURNAL_NAME = 'labels.jsonl';

/** Lines of two branches go into one file, in any order: that is what the journal is made for. */
const MERGE_RULE = `${JOURNAL_NAME} merge=union text eol=lf`;

/** `<workspace>/.loupe/labels.jsonl`. */
export function journalFileOf(workspace: string): string {
  return path.join(workspace, '.loupe', JOURNAL_NAME);
}

/** Name of a data set in the journal. @param source folder or file of the data set, absolute. */
export function journalDataName(workspace: string, source: string): string {
  return path.relative(workspace, source).split(path.sep).join('/') || '.';
}

/** Makes `.loupe` where missing, and tells git how branches with edits are merged, once: whoever takes the rule out keeps it out. */
export function prepareJournalFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  if (fs.existsSync(path.join(folder, JOURNAL_NAME))) return;
  const rules = path.join(folder, '.gitattributes');
  const known = fs.existsSync(rules) ? fs.readFileSync(rules, 'utf8') : '';
  if (known.split('\n').some((line) => line.startsWith(`${JOURNAL_NAME} `))) return;
  fs.appendFileSync(rules, `${known && !known.endsWith('\n') ? '\n' : ''}${MERGE_RULE}\n`);
}
