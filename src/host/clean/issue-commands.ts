import * as vscode from 'vscode';
import type { CleanAct } from '../../protocol/clean-panel.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { actLabel } from './act-text.ts';
import { editsFor } from './actions.ts';
import { withContentHashes } from './content-hash.ts';
import type { IssueNode, IssueTree } from './issue-tree.ts';
import { type KnownImages, rootOfSource } from './known-images.ts';
import type { LabelJournals } from './label-journals.ts';

type Ids = typeof commands;

/** What can be done with an issue of the tree. */
export function issueCommands(
  tree: IssueTree,
  images: KnownImages,
  journals: LabelJournals,
): Handlers<Ids['keepIssue' | 'relabelIssue' | 'excludeIssue' | 'dismissIssue' | 'moreIssues']> {
  const act = (node: IssueNode | undefined, what: CleanAct) => {
    if (node?.kind !== 'issue') return;
    const journal = journals.of(node.source);
    const row = withContentHashes(node.row, rootOfSource(node.source));
    const edits = editsFor(what, row, 0, journal.decisionsOf(node.source));
    journal.act(node.source, actLabel(what, 1), edits);
  };
  return {
    [commands.keepIssue]: (node?: IssueNode) => act(node, { do: 'keep' }),
    [commands.excludeIssue]: (node?: IssueNode) => act(node, { do: 'exclude' }),
    [commands.dismissIssue]: (node?: IssueNode) => act(node, { do: 'dismiss' }),
    async [commands.relabelIssue](node?: IssueNode) {
      if (node?.kind !== 'issue') return;
      const { row, source } = node;
      const names = (await images.classesOf(source)).map(({ name }) => name);
      const first = row.suggested === null ? [] : [row.suggested];
      const given = row.images[0]?.label ?? null;
      const picks = [...new Set([...first, ...names])].map((label) => ({
        label,
        description:
          label === row.suggested ? vscode.l10n.t('suggested') : label === given ? vscode.l10n.t('its label') : '',
      }));
      const chosen = await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t('Relabel to') });
      if (chosen) act(node, { do: 'relabel', to: chosen.label });
    },
    [commands.moreIssues]: (node: Extract<IssueNode, { kind: 'moreIssues' }>) => tree.showMore(node),
  };
}
