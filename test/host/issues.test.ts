import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { encodePng } from '../../src/host/data-sets/png.ts';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('issues in the sidebar, the Explorer and on a tab', function () {
  this.timeout(120_000);
  const source = () => path.join(workspaceFolder(), 'issue-shapes');
  const journalFile = () => path.join(workspaceFolder(), '.loupe', 'labels.jsonl');
  const fileOf = (name: string) => vscode.Uri.file(path.join(source(), name));
  const right = 'circle/circle-001.png';
  const wrong = 'square/copy.png';
  const pair = [path.basename(right), path.basename(wrong)];

  const dataSet = async () => {
    const { dataSetTree } = await loupe();
    const node = (await dataSetTree.getChildren()).find((one) => 'source' in one && one.source === source());
    assert.ok(node);
    return node;
  };
  const childrenOf = async (kind: string) => {
    const { dataSetTree } = await loupe();
    const issues = (await dataSetTree.getChildren(await dataSet())).find((one) => one.kind === 'issues');
    const kinds = issues ? await dataSetTree.getChildren(issues) : [];
    const found = kinds.find((one) => one.kind === 'issueKind' && one.issue === kind);
    return found ? await dataSetTree.getChildren(found) : [];
  };
  const description = async () => {
    const { dataSetTree } = await loupe();
    return String(dataSetTree.getTreeItem(await dataSet()).description);
  };
  const issues = async () => Number(/([\d,]+) issues/.exec(await description())?.[1] ?? 0);
  const mark = async (name: string) => {
    const { decorations } = await loupe();
    return decorations.provideFileDecoration(fileOf(name));
  };
  const decision = async (name: string) => {
    const { journals } = await loupe();
    return journals.of(source()).decisionsOf(source()).atPath(name);
  };

  before(async () => {
    await makeSample(source(), 8);
    fs.copyFileSync(path.join(source(), right), path.join(source(), wrong));
    fs.writeFileSync(path.join(source(), 'square', 'empty.png'), '');
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(source()));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(commands.removeDataSet, { source: source() });
    fs.rmSync(journalFile(), { force: true });
    fs.rmSync(source(), { recursive: true, force: true });
  });

  it('finding issues counts them on the data set, and on Loupe’s icon', async () => {
    assert.doesNotMatch(await description(), /issues/);
    // Ends with a notification that waits for the user.
    void vscode.commands.executeCommand(commands.findIssues, { source: source() });
    await until('a count', async () => (await issues()) > 0, 100_000);
    const { dataSetsView } = await loupe();
    assert.equal(dataSetsView.badge?.value, await issues());
    assert.match(dataSetsView.badge?.tooltip ?? '', /issue-shapes: \d+ issues to decide/);
  });

  it('lists each image of a kind with why; it opens the file', async () => {
    const { dataSetTree } = await loupe();
    const [row] = await childrenOf('conflicting-labels');
    assert.ok(row);
    const item = dataSetTree.getTreeItem(row);
    assert.deepEqual(String(item.label).split(' = ').sort(), pair);
    assert.match(String(item.description), /The same picture as (circle and square|square and circle)/);
    assert.match(item.accessibilityInformation?.label ?? '', /copy\.png.*The same picture/);
    const [uri] = (item.command?.arguments ?? []) as vscode.Uri[];
    assert.ok(uri && fs.existsSync(uri.fsPath));
    await until('what else the image has', async () => {
      const others = await dataSetTree.getChildren(row);
      return others.some((one) => dataSetTree.getTreeItem(one).label === 'Exact duplicates');
    });
    const [unreadable] = await childrenOf('unreadable');
    assert.ok(unreadable);
    assert.equal(dataSetTree.getTreeItem(unreadable).label, 'empty.png');
  });

  it('marks the files in the Explorer with what was found', async () => {
    await until('the mark', async () => (await mark(wrong))?.badge === '!');
    assert.match((await mark(wrong))?.tooltip ?? '', /Conflicting labels/);
    assert.equal((await mark('triangle/triangle-002.png'))?.badge, undefined);
  });

  it('an act on the tree is in the journal at once, and the counts follow without a panel', async () => {
    const before = await issues();
    const [row] = await childrenOf('conflicting-labels');
    await vscode.commands.executeCommand(commands.excludeIssue, row);
    const [first, second] = [await decision(right), await decision(wrong)];
    assert.equal([first, second].filter((edit) => edit?.excluded).length, 1);
    await until('fewer issues', async () => (await issues()) < before);
    const { dataSetsView } = await loupe();
    assert.equal(dataSetsView.badge?.value, await issues());
    assert.equal((await mark(first?.excluded ? right : wrong))?.badge, 'X');
    await vscode.commands.executeCommand(commands.restoreImage, fileOf(first?.excluded ? right : wrong));
    await until('all of them again', async () => (await issues()) === before);
  });

  it('the image of the tab in front is relabelled from its class list', async () => {
    await vscode.commands.executeCommand('vscode.open', fileOf(wrong));
    await until(
      'its tab',
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom,
    );
    // An editor that gets the focus only now closes the list: it is asked for again.
    let asking = false;
    await until('a new label', async () => {
      if (!asking) {
        asking = true;
        void vscode.commands.executeCommand(commands.labelImage).then(() => {
          asking = false;
        });
      }
      // The list comes when the catalogue has told of the image; the choice is taken when it is there.
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return await decision(wrong);
    });
    assert.ok((await decision(wrong))?.label !== null || (await decision(wrong))?.kept);
  });
});

describe('what most images of a set have', function () {
  this.timeout(120_000);
  const source = () => path.join(workspaceFolder(), 'things-on-white');
  const side = 48;

  before(async () => {
    for (let i = 0; i < 24; i++) {
      const folder = path.join(source(), i % 2 ? 'left' : 'right');
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, `${i}.png`), thing(i));
    }
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(source()));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(commands.removeDataSet, { source: source() });
    fs.rmSync(source(), { recursive: true, force: true });
  });

  /** A striped thing on white, each of another size, place and colour. */
  function thing(i: number): Uint8Array {
    const pixels = new Uint8Array(side * side * 3).fill(255);
    const [left, top] = [6 + (i % 5), 6 + (i % 7)];
    for (let y = top; y < top + 26 + (i % 4) * 2; y++) {
      for (let x = left; x < left + 26 + (i % 3) * 3; x++) {
        pixels.set([(i * 47) % 256, (x * (9 + i)) % 200, (y * 13 + i * 29) % 220], (y * side + x) * 3);
      }
    }
    return encodePng(side, side, pixels);
  }

  it('is a quiet row of the tree, not counted, that opens the images in the Inspect panel', async () => {
    const { dataSetTree, inspectPanels } = await loupe();
    void vscode.commands.executeCommand(commands.findIssues, { source: source() });
    const row = await until(
      'the row',
      async () => {
        const node = (await dataSetTree.getChildren()).find((one) => 'source' in one && one.source === source());
        const issues = node && (await dataSetTree.getChildren(node)).find((one) => one.kind === 'issues');
        const rows = issues ? await dataSetTree.getChildren(issues) : [];
        return rows.find((one) => one.kind === 'issueStyle' && one.note.kind === 'uniform-border');
      },
      100_000,
    );
    assert.equal(row.kind, 'issueStyle');
    if (row.kind !== 'issueStyle') return;
    const item = dataSetTree.getTreeItem(row);
    assert.equal(item.label, 'Uniform border');
    assert.equal(item.description, `style of ${row.note.images} images, no issue`);
    assert.match(String(item.tooltip), /^100 % of the images have a border of about #ffffff: that is this set's style/);
    const [node] = (await dataSetTree.getChildren()).filter((one) => 'source' in one && one.source === source());
    const counted = Number(/([\d,]+) issues/.exec(String(node && dataSetTree.getTreeItem(node).description))?.[1] ?? 0);
    assert.ok(counted < row.note.images, `${counted} issues are counted`);
    assert.ok(item.command);
    await vscode.commands.executeCommand(item.command.command, ...(item.command.arguments ?? []));
    const overview = await until('the panel', () => inspectPanels.show(source()).overview);
    assert.ok(overview.style.some(({ kind, images }) => kind === 'uniform-border' && images === row.note.images));
    assert.equal(overview.issues['uniform-border'], undefined);
  });
});
