import type { Explainer } from '../../engines/engine.ts';
import { channelsOf, type DecodeSettings } from '../../images/preprocess.ts';
import { Problem } from '../../problem.ts';
import type { SaliencyMethod } from '../../protocol/saliency.ts';
import { decodeInput, type ImageInput } from '../image-input.ts';
import { argmax } from '../metrics.ts';
import { batchOf, type PredictSession } from '../predict-session.ts';
import type { OpenMember } from '../predictor/classifier.ts';
import { averageHeat, type HeatMap, normalizeHeat, resizeHeat } from './heat.ts';
import { occlusionMap } from './occlusion.ts';

export interface Explanation {
  path: string;
  /** The class that is explained, and its probability. */
  label: string;
  probability: number;
  /** 0–1, of the picture's size. */
  heat: HeatMap;
  /** The part of the image that the network sees, at a size for people: [height, width, channel]. */
  pixels: Uint8Array;
}

/** Longest side that a picture is drawn at, unless the network sees more. */
const PICTURE_SIDE = 224;

/** Says where in an image a class is seen. Keeps what it has made for the next image. Calls must not overlap. */
export class Saliency {
  readonly #session: PredictSession;
  readonly #method: SaliencyMethod;
  readonly #explainers = new Map<OpenMember, Explainer>();

  constructor(session: PredictSession, method: SaliencyMethod) {
    this.#session = session;
    this.#method = method;
  }

  /**
   * Of several networks the mean of those that see the same part of the image as the first.
   * @param label a class's name; null: the likeliest one
   * @throws DecodeFailure; Problem `no-such-class`; EngineError where the engine makes no class maps
   */
  async explain(input: ImageInput, label: string | null): Promise<Explanation> {
    const members = this.#session.classifier.parts[0]?.members ?? [];
    const [first] = members;
    if (!first) throw new RangeError('A classifier without members.');
    const { version: _, normalization: __, ...settings } = first.preprocess;
    const picture = pictureSettings(settings);
    const [seen, pixels] = (await decodeInput(input, [settings, picture])) as [Uint8Array, Uint8Array];
    const probabilities = await first.predictInput(batchOf([seen]));
    const at = label === null ? argmax(probabilities) : this.#positionOf(label);
    const maps: HeatMap[] = [];
    for (const member of members) {
      const map = await this.#mapOf(member, seen, at);
      maps.push(resizeHeat(normalizeHeat(map), picture.width, picture.height));
    }
    return {
      path: input.path,
      label: this.#session.labels[at] as string,
      probability: probabilities[at] as number,
      heat: averageHeat(maps),
      pixels,
    };
  }

  dispose(): void {
    for (const explainer of this.#explainers.values()) explainer.dispose();
    this.#explainers.clear();
  }

  async #mapOf(member: OpenMember, pixels: Uint8Array, label: number): Promise<HeatMap> {
    const { width, height } = member.preprocess;
    if (this.#method === 'occlusion') {
      const frame = { width, height, channels: channelsOf(member.preprocess) };
      const values = await occlusionMap((batch) => member.predictInput(batch), pixels, frame, label);
      return { width, height, values };
    }
    let explainer = this.#explainers.get(member);
    if (!explainer) {
      explainer = await member.createExplainer(this.#session.engine);
      this.#explainers.set(member, explainer);
    }
    const maps = await explainer.explain(batchOf([pixels]), Int32Array.of(member.outputOf(label)));
    return { width: maps.width, height: maps.height, values: maps.maps };
  }

  #positionOf(label: string): number {
    const { labels } = this.#session;
    const at = labels.indexOf(label);
    if (at >= 0) return at;
    const some = labels.slice(0, 5).join(', ');
    throw new Problem(
      'no-such-class',
      `The model knows no class "${label}".`,
      `Use one of ${some}${labels.length > 5 ? ' …' : ''}.`,
    );
  }
}

/** The same part of the image, enlarged to a size for people. */
function pictureSettings(settings: DecodeSettings): DecodeSettings {
  const scale = Math.max(1, Math.round(PICTURE_SIDE / Math.max(settings.width, settings.height)));
  return { ...settings, width: settings.width * scale, height: settings.height * scale };
}
