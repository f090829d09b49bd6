import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import {
  type CommandId,
  commands,
  contextKeys,
  dataSetTokens,
  layerTokens,
  panels,
  runTokens,
  settings,
  views,
  walkthroughId,
} from '../../src/host/ids.ts';
import { cleanKeys } from '../../src/protocol/clean-keys.ts';
import { defaultConfig } from '../../src/training/config.ts';

interface MenuItem {
  command: string;
  when?: string;
  group?: string;
}

interface Manifest {
  name: string;
  publisher: string;
  icon: string;
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; title: string; category: string; icon?: string; enablement?: string }[];
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    views: Record<string, { id: string; when?: string; icon: string }[]>;
    viewsWelcome: { view: string; when: string; contents: string }[];
    menus: Record<string, MenuItem[]>;
    keybindings: (MenuItem & { key: string })[];
    jsonValidation: { url: string }[];
    configuration: { properties: Record<string, { default: unknown; enum?: string[]; scope: string }> };
    walkthroughs: { id: string; icon: string; steps: { completionEvents: string[]; media: { svg: string } }[] }[];
  };
}

const root = new URL('../../', import.meta.url);
const text = fs.readFileSync(new URL('package.json', root), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(fs.readFileSync(new URL('package.nls.json', root), 'utf8')) as Record<string, string>;
const { contributes } = manifest;
const source = fs
  .globSync('src/{extension.ts,host/**/*.ts}', { cwd: root })
  .filter((file) => !file.endsWith('ids.ts'))
  .map((file) => fs.readFileSync(new URL(file, root), 'utf8'))
  .join('\n');

const menuItems = Object.values(contributes.menus).flat();
const whenClauses = [
  ...menuItems.map(({ when }) => when),
  ...contributes.keybindings.map(({ when }) => when),
  ...contributes.commands.map(({ enablement }) => enablement),
  ...contributes.viewsWelcome.map(({ when }) => when),
].filter((when) => when !== undefined);
const completionEvents = contributes.walkthroughs.flatMap(({ steps }) =>
  steps.flatMap((step) => step.completionEvents),
);

const sorted = (values: Iterable<string>) => [...new Set(values)].sort();
/** Names of `ids.ts` that the code uses as `table.name`. */
const usedIn = (table: string, code: string) =>
  sorted([...code.matchAll(new RegExp(`(?<![/.\\w])${table}\\.(\\w+)`, 'g'))].map(([, name]) => name as string));

test('the manifest and ids.ts have the same commands', () => {
  assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(commands)));
});

test('a row under the mouse keeps room for its text: two inline actions at most, which its menu has too', () => {
  const rows = Map.groupBy(contributes.menus['view/item/context'] ?? [], ({ when }) => when ?? '');
  for (const [when, items] of rows) {
    const inline = items.filter(({ group }) => group?.startsWith('inline')).map(({ command }) => command);
    const menu = items.filter(({ group }) => !group?.startsWith('inline')).map(({ command }) => command);
    assert.ok(inline.length <= 2, `${when}: ${inline.join(', ')}`);
    if (/viewItem == (dataSet|payoff|issue\w+)$/.test(when))
      assert.deepEqual(sorted([...inline, ...menu]), sorted(menu), when);
  }
});

test('every command has a handler', () => {
  const handled = [...source.matchAll(/\[commands\.(\w+)\]/g)].map(
    ([, name]) => commands[name as keyof typeof commands],
  );
  assert.deepEqual(sorted(handled), sorted(Object.values(commands)));
});

test('menus, keybindings, welcome texts and walkthrough only name commands that exist', () => {
  const known = new Set<string>(Object.values(commands));
  const inTexts = Object.values(nls).flatMap((entry) =>
    [...entry.matchAll(/command:([\w.]+)/g)].map(([, id]) => id as string),
  );
  const named = [...menuItems, ...contributes.keybindings].map(({ command }) => command);
  const ours = [...named, ...inTexts].filter((id) => id.startsWith('loupe.'));
  assert.ok(ours.length > 50);
  assert.deepEqual(
    ours.filter((id) => !known.has(id)),
    [],
  );
});

test('a command that is no use without its item is hidden from the palette', () => {
  const itemOnly: CommandId[] = [
    commands.removeDataSet,
    commands.revealDataSet,
    commands.trainDataSet,
    commands.keepIssue,
    commands.relabelIssue,
    commands.excludeIssue,
    commands.dismissIssue,
    commands.moreIssues,
    commands.deleteReport,
    commands.comparePayoff,
    commands.deletePayoff,
    commands.starRun,
    commands.unstarRun,
    commands.copyRunPath,
  ];
  const hidden = contributes.menus.commandPalette?.filter(({ when }) => when === 'false').map(({ command }) => command);
  assert.deepEqual(sorted(hidden ?? []), sorted(itemOnly));
});

test('the keys of the cleaning panel are those that it shows', () => {
  const idOf = ({ act, alike }: (typeof cleanKeys)[number]) =>
    `loupe.clean.${act === 'open' ? 'openImage' : act}${alike ? 'Alike' : ''}`;
  const bound = contributes.keybindings.filter(({ when }) => when?.includes(contextKeys.cleanFocused));
  assert.deepEqual(
    sorted(bound.map(({ command, key }) => `${command} ${key}`)),
    sorted(cleanKeys.map((entry) => `${idOf(entry)} ${entry.key}`)),
  );
});

test('every context key in a when clause is one of ours and is set, and every one of ours is used', () => {
  const inClauses = [...whenClauses.join('\n').matchAll(/(?<![\w'=] ?)\bloupe\.[\w.]+/g)].map(([key]) => key);
  const inEvents = completionEvents.filter((event) => event.startsWith('onContext:')).map((event) => event.slice(10));
  const viewIds = new Set<string>(Object.values(views));
  const used = [...inClauses, ...inEvents].filter((key) => !viewIds.has(key));
  assert.deepEqual(sorted(used), sorted(Object.values(contextKeys)));
  assert.deepEqual(usedIn('contextKeys', source), sorted(Object.keys(contextKeys)));
});

test('views: declared, filled and named in clauses by their own ids', () => {
  const declared = Object.entries(contributes.views).flatMap(([container, list]) => [
    container,
    ...list.map(({ id }) => id),
  ]);
  assert.deepEqual(sorted(declared), sorted(Object.values(views)));
  assert.deepEqual(usedIn('views', source), ['dataSets', 'layers', 'runs']);
  const named = [...whenClauses.join('\n').matchAll(/(?:view|focusedView) == ([\w.]+)/g)].map(([, id]) => id as string);
  for (const id of [...named, ...contributes.viewsWelcome.map(({ view }) => view)])
    assert.ok(declared.includes(id), id);
});

test('menus match only context values that items have', () => {
  const tokens = whenClauses.flatMap((when) =>
    [...when.matchAll(/viewItem =~ \/\\b(\w+)\\b\//g)].map(([, token]) => token),
  );
  assert.deepEqual(sorted(tokens as string[]), sorted(runTokens));
  const values = whenClauses.flatMap((when) => [...when.matchAll(/viewItem == (\w+)/g)].map(([, value]) => value));
  assert.deepEqual(sorted(values as string[]), sorted([...dataSetTokens, ...layerTokens]));
});

test('settings: declared, read and restricted are the same', () => {
  const { properties } = contributes.configuration;
  assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.values(settings)));
  assert.deepEqual(usedIn('settings', source), sorted(Object.keys(settings)));
  assert.deepEqual(
    sorted(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations),
    sorted(Object.values(settings)),
  );
  assert.equal(properties[settings.engine]?.default, defaultConfig.engine.name);
  assert.equal(properties[settings.threads]?.default, defaultConfig.engine.threads);
});

test('every text of the manifest exists, and none is left over', () => {
  const named = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key as string);
  assert.deepEqual(sorted(named), sorted(Object.keys(nls)));
});

test('every file that the manifest names exists', () => {
  const files = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
    ...Object.values(contributes.views).flatMap((list) => list.map(({ icon }) => icon)),
    ...contributes.jsonValidation.map(({ url }) => url),
    ...contributes.walkthroughs.flatMap(({ icon, steps }) => [icon, ...steps.map(({ media }) => media.svg)]),
  ];
  for (const file of files) assert.ok(fs.existsSync(new URL(file, root)), file);
});

test('the walkthrough is short, and each step ends with a real event', () => {
  const [walkthrough] = contributes.walkthroughs;
  assert.equal(`${manifest.publisher}.${manifest.name}#${walkthrough?.id}`, walkthroughId);
  assert.ok((walkthrough?.steps.length ?? 7) <= 6);
  for (const step of walkthrough?.steps ?? []) assert.equal(step.completionEvents.length, 1);
});

test('panels that come back after a reload activate the extension', () => {
  for (const viewType of Object.values(panels))
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${viewType}`));
});
