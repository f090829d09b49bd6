import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { mediaFile } from '../../../src/entries.ts';
import { defaultConfig, defaultEntries } from '../../../src/training/config.ts';

interface Node {
  type: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  deprecationMessage?: string;
  items?: Node;
  enum?: string[];
  enumDescriptions?: string[];
  additionalProperties?: boolean;
  properties?: Record<string, Node>;
}

const schema = JSON.parse(fs.readFileSync(mediaFile('loupe.schema.json'), 'utf8')) as Node;
const validate = new Ajv({ strict: false, formats: { regex: true } }).compile(schema);

function defaultsOf(node: Node): unknown {
  if (!node.properties) return node.default;
  const fields = Object.entries(node.properties).filter(
    ([name, child]) => name !== '$schema' && !child.deprecationMessage,
  );
  return Object.fromEntries(fields.map(([name, child]) => [name, defaultsOf(child)]));
}

function leaves(node: Node, path = ''): [string, Node][] {
  const own: [string, Node][] = path ? [[path, node]] : [];
  return [
    ...own,
    ...Object.entries(node.items?.properties ?? node.properties ?? {}).flatMap(([name, child]) =>
      leaves(child, `${path}/${name}`),
    ),
  ];
}

describe('loupe.schema.json', () => {
  it('has the defaults of defaultConfig', () => {
    assert.deepEqual(defaultsOf(schema), defaultConfig);
  });

  it('has the defaults of the entries of lists', () => {
    const itemsOf = (path: string) =>
      path.split('.').reduce<Node | undefined>((node, name) => node?.properties?.[name], schema)?.items as Node;
    const entries = Object.fromEntries(Object.keys(defaultEntries).map((path) => [path, defaultsOf(itemsOf(path))]));
    assert.deepEqual(entries, defaultEntries);
  });

  it('accepts the defaults, an empty file and the editor’s $schema', () => {
    for (const config of [defaultConfig, {}, { $schema: './loupe.schema.json' }]) {
      assert.ok(validate(config), JSON.stringify(validate.errors));
    }
  });

  for (const [field, node] of leaves(schema)) {
    it(`describes ${field} in a sentence`, () => {
      assert.ok(node.title);
      assert.match(node.description ?? '', /^[A-Z].*\.$/);
      if (node.properties) assert.equal(node.additionalProperties, false);
      if (node.enum) assert.equal(node.enumDescriptions?.length, node.enum.length);
    });
  }

  for (const bad of [
    { epochs: 5 },
    { training: { epochs: 0 } },
    { training: { epochs: 1.5 } },
    { training: { learningRate: 0 } },
    { training: { schedule: 'linear' } },
    { training: { schedule: { name: 'linear' } } },
    { training: { phases: [{ epochs: 0 }] } },
    { training: { phases: [{ pixels: 32 }] } },
    { data: { validation: 1 } },
    { input: { width: '64' } },
    { model: { architecture: 'resnet19' } },
    { seed: -1 },
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () => assert.ok(!validate(bad)));
  }
});
