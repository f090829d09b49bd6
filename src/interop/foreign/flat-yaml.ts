import type { ParamValue } from '../../protocol/compare.ts';

/**
 * The scalars of a YAML file of nested keys, dotted: enough for what tools write of hyper-parameters (`hparams.yaml`, `params.yaml`,
 * MLflow's `meta.yaml`). Lists, anchors, tags and texts over several lines are passed over.
 */
export function flatYaml(text: string): Record<string, ParamValue> {
  const values: Record<string, ParamValue> = {};
  const above: { indent: number; name: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^(\s*)([^\s#:'"-][^:]*|'[^']*'|"[^"]*"):(?:\s+(.*))?$/.exec(line);
    if (!match) continue;
    const [, space = '', key = '', written = ''] = match;
    const indent = space.length;
    while (above.length > 0 && (above.at(-1)?.indent ?? 0) >= indent) above.pop();
    const name = [...above.map(({ name }) => name), unquoted(key.trim())].join('.');
    above.push({ indent, name: unquoted(key.trim()) });
    const value = scalar(written.trim());
    if (value !== null) values[name] = value;
  }
  return values;
}

function scalar(written: string): ParamValue | null {
  if (/^(['"]).*\1$/.test(written)) return unquoted(written);
  const text = written.replace(/\s+#.*$/, '');
  if (text === '' || /^[[{&*!|>]/.test(text) || /^(null|~)$/i.test(text)) return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text;
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text;
}
