import type { CatalogueAnswer, CatalogueField, CatalogueQuery, CatalogueRow } from '../../../src/protocol/catalogue.ts';
import type { FindingKind } from '../../../src/protocol/findings.ts';
import type {
  FromInspectPanel,
  InspectRequest,
  InspectState,
  ToInspectPanel,
} from '../../../src/protocol/inspect-panel.ts';
import { seededRandom } from '../../../src/random.ts';

/*
 * Runs in the page, in the place of the host: an invented data set that answers as `loupe inspect --lines` does, so that the page can be
 * looked at and measured without one. What it knows of the query language is what the tests use.
 */

declare const panelHarness: {
  send(message: ToInspectPanel): void;
  respond?: (message: FromInspectPanel) => void;
};

const names = ['daisy', 'dandelion', 'rose', 'sunflower', 'tulip', 'wild rose'];
const weights = [0.24, 0.12, 0.2, 0.17, 0.24, 0.03];
const splits = ['train', 'validation', 'test'];
const kinds: FindingKind[] = ['blurry', 'dark', 'near-duplicate', 'label'];

interface FakeImage extends CatalogueRow {
  brightness: number;
  blur: number;
  border: number;
  saturation: number;
  hue: number;
  x: number;
  y: number;
}

function invent(count: number): FakeImage[] {
  const random = seededRandom(7);
  const normal = () => random() + random() + random() + random() - 2;
  return Array.from({ length: count }, (_, id) => {
    let at = 0;
    for (let left = random(); at < names.length - 1 && left > weights[at]!; at++) left -= weights[at]!;
    const label = names[at]!;
    const isWrong = random() < 0.04;
    const predicted = isWrong ? names[(at + 1 + Math.floor(random() * 5)) % 6]! : label;
    const confidence = isWrong ? 0.4 + 0.55 * random() : 1 - 0.4 * random() ** 2;
    const issues = kinds.filter((kind) => (kind === 'label' ? isWrong : random() < 0.012));
    const [width, height] = [Math.round(320 + 480 * random()), Math.round(240 + 360 * random())];
    const angle = (at / names.length) * 2 * Math.PI + (isWrong ? 1 : 0);
    return {
      ...{ id, path: `${label}/${label.replace(' ', '_')}_${String(id).padStart(6, '0')}.jpg`, label, predicted },
      hash: id.toString(16).padStart(32, '0'),
      split: splits[random() < 0.7 ? 0 : random() < 0.5 ? 1 : 2]!,
      ...{ width, height, bytes: Math.round(20_000 + 180_000 * random()), confidence, issues },
      givenConfidence: isWrong ? 0.1 * random() : confidence,
      edit:
        id % 97 === 5
          ? { label: 'tulip', split: null, excluded: false, deleted: false, kept: false }
          : id % 131 === 7
            ? { label: null, split: null, excluded: true, deleted: false, kept: false }
            : null,
      value: null,
      brightness: Math.min(1, Math.max(0, 0.55 + 0.18 * normal())),
      blur: Math.min(1, Math.max(0, 0.6 + 0.2 * normal())),
      border: ((id * 7) % 10) / 20,
      saturation: Math.min(1, Math.max(0, 0.4 + 0.2 * normal())),
      hue: (at * 60 + 30 * normal() + 360) % 360,
      x: 6 * Math.cos(angle) + 1.6 * normal(),
      y: 5 * Math.sin(angle) + 1.6 * normal(),
    };
  });
}

function measureOf(image: FakeImage, field: CatalogueField): number | null {
  switch (field) {
    case 'size':
      return Math.sqrt(image.width * image.height);
    case 'aspect':
      return image.width / image.height;
    case 'given-confidence':
      return image.givenConfidence;
    default: {
      const value: unknown = image[field as keyof FakeImage];
      return typeof value === 'number' ? value : null;
    }
  }
}

function textOf(image: FakeImage, field: CatalogueField): string {
  if (field === 'class') return image.label ?? '';
  if (field === 'issue') return image.issues[0] ?? 'none';
  const value: unknown = image[field as keyof FakeImage];
  return typeof value === 'string' ? value : '';
}

class BadQuery extends Error {}

function select(all: readonly FakeImage[], query: CatalogueQuery): FakeImage[] {
  const ids = query.ids && new Set(query.ids);
  const termTest = (term: string): ((image: FakeImage) => boolean) => {
    if (term.startsWith('-')) {
      const accepts = termTest(term.slice(1));
      return (image) => !accepts(image);
    }
    const [, measure, least] = /^([a-z]+)>([\d.]+)$/.exec(term) ?? [];
    if (measure) return (image) => (measureOf(image, measure as CatalogueField) ?? 0) > Number(least);
    const [, field, list] = /^([a-z-]+):(.*)$/.exec(term) ?? [];
    if (field === undefined) return (image) => image.path.includes(term);
    const values = list!.split(',').map((value) => value.replaceAll('"', ''));
    if (field === 'issue') return (image) => values.some((value) => image.issues.some((kind) => kind === value));
    if (field === 'is') return (image) => image.predicted !== image.label;
    if (!['class', 'split', 'predicted'].includes(field)) throw new BadQuery(field);
    return (image) => values.includes(textOf(image, field as CatalogueField));
  };
  const tests = (query.text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map(termTest);
  for (const { field, from, to } of query.ranges ?? []) {
    tests.push((image) => {
      const value = measureOf(image, field);
      return value !== null && value >= from && value <= to;
    });
  }
  const found = all.filter((image) => (!ids || ids.has(image.id)) && tests.every((accepts) => accepts(image)));
  const { sort, group } = query;
  const sign = sort?.descending ? -1 : 1;
  if (!sort && !group) return found;
  return found.sort((a, b) => {
    const byGroup = group ? textOf(a, group).localeCompare(textOf(b, group)) : 0;
    if (byGroup !== 0 || !sort) return byGroup || a.id - b.id;
    const [x, y] = [measureOf(a, sort.field), measureOf(b, sort.field)];
    return sign * (x === null || y === null ? textOf(a, sort.field).localeCompare(textOf(b, sort.field)) : x - y);
  });
}

class FakeCatalogue {
  readonly images: FakeImage[];
  #key = '';
  #found: FakeImage[] = [];

  constructor(count: number) {
    this.images = invent(count);
  }

  find(query: CatalogueQuery): FakeImage[] {
    const key = JSON.stringify([query, this.images.length]);
    if (key !== this.#key) {
      this.#found = select(this.images, query);
      this.#key = key;
    }
    return this.#found;
  }

  answer(request: InspectRequest): CatalogueAnswer {
    switch (request.type) {
      case 'page': {
        const found = this.find(request.query);
        const rows = found.slice(request.offset, request.offset + request.limit);
        const sort = request.query.sort?.field;
        return {
          total: found.length,
          rows: rows.map((row) => ({ ...row, value: sort ? measureOf(row, sort) : null })),
        };
      }
      case 'groups':
        return this.groups(request.query);
      case 'ids':
        return { ids: this.find(request.query).map(({ id }) => id) };
      case 'histogram':
        return this.histogram(request);
      case 'scatter':
      case 'map':
        return this.points(request);
      case 'image':
        return this.image(this.images[request.id]!);
      case 'imageAt': {
        const found = this.images.find(({ path }) => path === request.path);
        return found ? this.image(found) : null;
      }
      case 'meanImage':
        return { file: String(request.className), images: 100 };
    }
  }

  private groups(query: CatalogueQuery): CatalogueAnswer {
    const found = this.find(query);
    const groups: { key: string; count: number; offset: number }[] = [];
    found.forEach((image, offset) => {
      const key = textOf(image, query.group ?? 'class');
      const last = groups.at(-1);
      if (last?.key === key) last.count++;
      else groups.push({ key, count: 1, offset });
    });
    return { total: found.length, groups };
  }

  private histogram({ query, field, bins, by }: Extract<InspectRequest, { type: 'histogram' }>): CatalogueAnswer {
    const found = this.find(query);
    const series = by === 'split' ? splits : [''];
    const at = (image: FakeImage) => (by === 'split' ? splits.indexOf(image.split ?? '') : 0);
    if (field === 'class') {
      const counts = series.map(() => names.map(() => 0));
      for (const image of found) counts[at(image)]![names.indexOf(image.label ?? '')]!++;
      return { edges: [], names, series, counts };
    }
    const values = this.images.map((image) => measureOf(image, field) ?? 0);
    const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    const step = (most - least) / bins;
    const counts = series.map(() => Array.from({ length: bins }, () => 0));
    for (const image of found) {
      counts[at(image)]![Math.min(bins - 1, Math.floor(((measureOf(image, field) ?? 0) - least) / step))]!++;
    }
    return { edges: Array.from({ length: bins + 1 }, (_, i) => least + i * step), names: null, series, counts };
  }

  private points(request: Extract<InspectRequest, { type: 'scatter' | 'map' }>): CatalogueAnswer {
    const found = this.find(request.query);
    const step = Math.max(1, Math.ceil(found.length / request.limit));
    const some = found.filter((_, at) => at % step === 0);
    const [x, y] = request.type === 'map' ? (['x', 'y'] as const) : ([request.x, request.y] as const);
    const value = (image: FakeImage, field: string) => Number(image[field as keyof FakeImage]);
    return {
      total: found.length,
      ids: some.map(({ id }) => id),
      x: some.map((image) => value(image, x)),
      y: some.map((image) => value(image, y)),
      color: some.map((image) => Math.max(0, names.indexOf(image.label ?? ''))),
      names,
    };
  }

  private image(row: FakeImage): CatalogueAnswer {
    const near = [...this.images.slice(0, 4000)]
      .sort((a, b) => Math.hypot(a.x - row.x, a.y - row.y) - Math.hypot(b.x - row.x, b.y - row.y))
      .filter(({ id }) => id !== row.id)
      .slice(0, 8);
    return {
      row,
      file: `/home/ada/flowers/${row.path}`,
      format: 'jpeg',
      modified: Date.UTC(2026, 2, 14, 9, 26),
      exif: [
        { name: 'Camera', value: 'Canon EOS R6' },
        { name: 'Exposure', value: '1/250 s at f/4' },
        { name: 'Taken', value: '2024-06-02 11:41' },
      ],
      perceptualHash: 'c3d1a8f00f1e2b87',
      measures: { brightness: row.brightness, blur: row.blur, saturation: row.saturation, hue: row.hue },
      findings: row.issues.map((kind) => ({
        ...{
          kind,
          score: 0.83,
          evidence: kind === 'label' ? { suggested: row.predicted } : { value: 0.12, threshold: 0.29 },
        },
        with: kind === 'near-duplicate' ? near.slice(0, 2) : [],
      })),
      neighbours: near.map((other, at) => ({ row: other, similarity: 0.97 - at * 0.015 })),
      history: row.edit ? [{ at: '2026-04-01T10:12:00Z', text: 'Relabelled daisy to tulip.' }] : [],
      probabilities: names.map((label, at) => ({
        label,
        probability: label === row.predicted ? row.confidence! : ((1 - row.confidence!) * (at + 1)) / 21,
      })),
    };
  }
}

function picture({ id, hue, brightness, issues }: FakeImage, side: number): string | null {
  if (id % 211 === 13) return null;
  const sky = `hsl(${(hue + 190) % 360} 35% ${Math.round(brightness * 80)}%)`;
  const petal = `hsl(${Math.round(hue)} 75% ${Math.round(30 + brightness * 45)}%)`;
  const [x, y, size] = [30 + (id % 41), 35 + (id % 31), 14 + (id % 13)];
  const blur = issues.includes('blurry') ? '<filter id="b"><feGaussianBlur stdDeviation="4"/></filter>' : '';
  const petals = Array.from({ length: 6 }, (_, at) => {
    const angle = (at * Math.PI) / 3 + id;
    return `<circle cx="${(x + size * Math.cos(angle)).toFixed(1)}" cy="${(y + size * Math.sin(angle)).toFixed(1)}" r="${size * 0.7}" fill="${petal}"/>`;
  }).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${Math.round(side * 0.8)}" viewBox="0 0 100 80">${blur}<g${blur ? ' filter="url(#b)"' : ''}><rect width="100" height="80" fill="${sky}"/><rect y="58" width="100" height="22" fill="hsl(110 40% 32%)"/>${petals}<circle cx="${x}" cy="${y}" r="${size * 0.6}" fill="#f2c84b"/></g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

interface Options {
  images: number;
  state?: Partial<InspectState>;
  map?: boolean;
}

function install({ images, state, map = true }: Options): void {
  const catalogue = new FakeCatalogue(images);
  const count = (accepts: (image: FakeImage) => boolean) => catalogue.images.filter(accepts).length;
  const full: InspectState = {
    type: 'state',
    source: '/home/ada/flowers',
    name: 'flowers',
    state: 'ready',
    progress: null,
    problem: null,
    overview: {
      root: '/home/ada/flowers',
      source: '/home/ada/flowers',
      revision: 'r1',
      version: 'v1',
      images,
      unreadable: Math.floor(images / 211),
      classes: names.map((name) => ({
        name,
        count: count(({ label }) => label === name),
        perSplit: Object.fromEntries(
          splits.map((split) => [split, count((image) => image.label === name && image.split === split)]),
        ),
      })),
      splits,
      measured: images,
      embedded: { images, network: 'mobilenet_v2' },
      map: map ? { method: 'umap', network: 'mobilenet_v2' } : null,
      labels: { images, how: '5-fold probe on mobilenet_v2', noise: 0.04 },
      issues: Object.fromEntries(kinds.map((kind) => [kind, count(({ issues }) => issues.includes(kind))])),
      style: [
        {
          kind: 'uniform-border',
          text: "62 % of the images have a border of about #ffffff: that is this set's style, and no image's issue.",
          query: 'border>0.3 -issue:uniform-border',
          images: count(({ border }) => border > 0.3),
        },
      ],
      edits: { relabelled: 1, excluded: 1, deleted: 0, kept: 0, dismissed: 0, unplaced: 0 },
    },
    models: [{ folder: '/home/ada/.loupe/runs/1', name: 'small CNN, one-cycle' }],
    mapJob: { running: false, text: '', share: null, problem: null },
  };
  panelHarness.respond = (message) => {
    if (message.type === 'ask') {
      const { id, request } = message;
      setTimeout(() => {
        try {
          const answer = catalogue.answer(request);
          const uri =
            request.type === 'image'
              ? picture(catalogue.images[request.id]!, 640)
              : request.type === 'imageAt'
                ? picture(catalogue.images.find(({ path }) => path === request.path)!, 640)
                : request.type === 'meanImage'
                  ? picture(catalogue.images[names.indexOf(request.className ?? '') + 40]!, 96)
                  : null;
          panelHarness.send({ type: 'answer', id, answer, uri });
        } catch (error) {
          if (!(error instanceof BadQuery)) throw error;
          const text = `There is no field "${error.message}" (character 1 of the query).`;
          panelHarness.send({
            type: 'refused',
            id,
            code: 'bad-query',
            message: text,
            advice: 'Fields: is, class, split …',
          });
        }
      });
    } else if (message.type === 'pictures') {
      setTimeout(() => {
        for (const { side, keys } of message.wishes) {
          const pictures = keys.map((key) => ({ key, uri: picture(catalogue.images[key]!, side) }));
          panelHarness.send({ type: 'pictures', side, pictures });
        }
      }, 5);
    } else if (message.type === 'opinion') {
      const image = catalogue.images[message.image]!;
      panelHarness.send({
        ...{ type: 'opinion', image: message.image, model: message.model },
        opinion: { top: [{ label: image.predicted ?? '', probability: 0.91 }], saliency: null, message: null },
      });
    }
  };
  panelHarness.send({ ...full, ...state });
  /** A scan has found more, `of` so many. */
  const grow = (found: number, of: number): void => {
    const overview = { ...full.overview!, images: found, version: `v${found}` };
    catalogue.images.push(...invent(found).slice(catalogue.images.length));
    const progress = found < of ? { what: 'Scanning', done: found, total: of } : null;
    panelHarness.send({ ...full, overview, progress });
  };
  Object.assign(globalThis, { growFakeCatalogue: grow });
}

Object.assign(globalThis, { installFakeCatalogue: install });
