import type {
  CatalogueAnswer,
  CatalogueField,
  CatalogueProgress,
  CatalogueQuery,
  CatalogueRequest,
  Overview,
} from './catalogue.ts';
import type { SaliencyMethod } from './saliency.ts';

/** What the panel may ask the catalogue itself. */
export const inspectRequests = [
  'page',
  'groups',
  'ids',
  'histogram',
  'scatter',
  'map',
  'image',
  'imageAt',
  'meanImage',
] as const satisfies readonly CatalogueRequest['type'][];

export type InspectRequest = Extract<CatalogueRequest, { type: (typeof inspectRequests)[number] }>;

export interface InspectState {
  type: 'state';
  /** For the panel's state: absolute folder or file. */
  source: string;
  name: string;
  state: 'untrusted' | 'starting' | 'ready' | 'failed';
  /** While starting, and while a scan is still finding images. */
  progress: CatalogueProgress | null;
  /** Of `failed`. */
  problem: { message: string; advice: string } | null;
  /** As last known, also while the process starts again. */
  overview: Overview | null;
  /** Runs of the workspace that have a model, the newest first. */
  models: { folder: string; name: string }[];
  mapJob: MapJob;
}

export interface MapJob {
  running: boolean;
  text: string;
  /** 0–1; null: not known. */
  share: number | null;
  problem: { message: string; advice: string } | null;
}

/** What a run's model says of one image. */
export interface ModelOpinion {
  top: { label: string; probability: number }[];
  saliency: { label: string; probability: number; image: string; heat: string } | null;
  /** Why there is none. */
  message: string | null;
}

export type ToInspectPanel =
  | InspectState
  /** `uri`: the picture of an image or of a class; null: a browser can't draw it. */
  | { type: 'answer'; id: number; answer: CatalogueAnswer; uri: string | null }
  | { type: 'refused'; id: number; code: string; message: string; advice: string }
  /** `uri` null: the image can't be read. */
  | { type: 'pictures'; side: number; pictures: { key: number; uri: string | null }[] }
  | { type: 'opinion'; image: number; model: string; opinion: ModelOpinion }
  /** Another command asks for these images, or for this one. */
  | { type: 'show'; query: string | null; path: string | null };

export type FromInspectPanel =
  | { type: 'ready' }
  | { type: 'ask'; id: number; request: InspectRequest }
  /** The pictures that are wanted now; what was wanted before and is not here yet is forgotten. */
  | { type: 'pictures'; wishes: { side: number; keys: number[] }[] }
  | { type: 'opinion'; image: number; model: string; saliency: SaliencyMethod | null; label: string | null }
  | { type: 'open'; image: number; beside: boolean }
  | { type: 'reveal'; image: number }
  | { type: 'copyPaths'; images: number[] }
  | { type: 'computeMap'; method: 'pca' | 'umap' }
  | { type: 'cancelMap' }
  | { type: 'rescan' }
  | { type: 'manageTrust' }
  | { type: 'showLog' };

export type InspectView = 'images' | 'map' | 'classes';

/** What the panel keeps over a reload (webview `setState`). */
export interface InspectPanelState {
  source: string;
  query: CatalogueQuery;
  /** Side of a picture in the grid, CSS pixels. */
  side: number;
  view: InspectView;
  /** Ids mean nothing in another revision. */
  revision: string;
  selected: number[];
  focus: number;
  /** Path of the image whose details are open; null: none. */
  image: string | null;
  plots: boolean;
  /** Plotted beside the fixed ones. */
  measure: CatalogueField;
  mapColor: 'class' | 'predicted' | 'issue' | 'split';
}

const types: readonly string[] = [
  'ready',
  'ask',
  'pictures',
  'opinion',
  'open',
  'reveal',
  'copyPaths',
  'computeMap',
  'cancelMap',
  'rescan',
  'manageTrust',
  'showLog',
] satisfies FromInspectPanel['type'][];

export function isFromInspectPanel(value: unknown): value is FromInspectPanel {
  if (typeof value !== 'object' || value === null || !('type' in value) || !types.includes(String(value.type)))
    return false;
  if (value.type !== 'ask') return true;
  const request: unknown = 'request' in value ? value.request : null;
  return (
    typeof request === 'object' &&
    request !== null &&
    'type' in request &&
    (inspectRequests as readonly unknown[]).includes(request.type)
  );
}
