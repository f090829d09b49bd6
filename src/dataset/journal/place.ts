import type { Decision } from '../../protocol/journal.ts';

/** Which images of a data set the decisions are about. */
export interface Placement {
  /** Position in the images → what was decided. */
  byImage: Map<number, Decision>;
  /** Applied as well: the same content lies under another path now. */
  renamed: { decision: Decision; path: string }[];
  /** Not applied: the path holds other content now. */
  changed: Decision[];
  /** Not applied: neither path nor content is there. */
  gone: Decision[];
  /** Not applied: the content is there under several paths, or several decisions fit it. */
  ambiguous: { decision: Decision; paths: string[] }[];
}

/** Finds the image of each decision: by path and content, else by content alone where that leaves no choice. */
export function placeDecisions(
  decisions: readonly Decision[],
  images: readonly { path: string; hash: string }[],
): Placement {
  const placed: Placement = { byImage: new Map(), renamed: [], changed: [], gone: [], ambiguous: [] };
  const byPath = positionsOf(decisions, images);
  const left: Decision[] = [];
  for (const decision of decisions) {
    const at = byPath.get(decision.path);
    if (at !== undefined && images[at]?.hash === decision.hash) placed.byImage.set(at, decision);
    else left.push(decision);
  }
  const waiting = Map.groupBy(left, ({ hash }) => hash);
  const candidates = new Map<string, number[]>([...waiting.keys()].map((hash) => [hash, []]));
  if (candidates.size > 0) {
    images.forEach(({ hash }, at) => {
      if (!placed.byImage.has(at)) candidates.get(hash)?.push(at);
    });
  }
  for (const decision of left) {
    const found = candidates.get(decision.hash) ?? [];
    const rivals = waiting.get(decision.hash)?.length ?? 0;
    const paths = found.map((at) => images[at]?.path ?? '');
    if (found.length === 0) (byPath.has(decision.path) ? placed.changed : placed.gone).push(decision);
    else if (found.length > 1 || rivals > 1) placed.ambiguous.push({ decision, paths });
    else {
      placed.byImage.set(found[0] as number, decision);
      placed.renamed.push({ decision, path: paths[0] as string });
    }
  }
  return placed;
}

/** Path → position, of the paths that are decided about only: there may be a million images and a few decisions. */
function positionsOf(
  decisions: readonly Decision[],
  images: readonly { path: string; hash: string }[],
): Map<string, number> {
  const wanted = new Set(decisions.map(({ path }) => path));
  const positions = new Map<string, number>();
  images.forEach(({ path }, at) => {
    if (wanted.has(path)) positions.set(path, at);
  });
  return positions;
}
