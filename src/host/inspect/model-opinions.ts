import { Problem } from '../../problem.ts';
import type { ModelOpinion } from '../../protocol/inspect-panel.ts';
import type { SaliencyMethod } from '../../protocol/saliency.ts';
import { PredictProcess } from '../predict/predict-process.ts';
import type { LoupeProcesses } from '../process.ts';

/** The process ends when nobody has asked for so long. */
const IDLE_MS = 120_000;
const TOP = 5;

/** What a run's model says of single images: one process with the model loaded, while somebody asks. */
export class ModelOpinions {
  private readonly processes: LoupeProcesses;
  private current: { model: string; process: PredictProcess; timer: NodeJS.Timeout } | null = null;

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  /**
   * @param model folder of a run. @param file absolute, `file#index` inside an IDX file
   * @param label class whose place is looked for; null: the most probable
   */
  async of(model: string, file: string, saliency: SaliencyMethod | null, label: string | null): Promise<ModelOpinion> {
    const opinion: ModelOpinion = { top: [], saliency: null, message: null };
    try {
      const process = this.process(model);
      await process.ready;
      const answer = await process.ask({ path: file }, { top: TOP });
      if ('top' in answer) opinion.top = answer.top;
      else if ('message' in answer) opinion.message = answer.message;
      if (saliency === null || opinion.message !== null) return opinion;
      const explained = await process.ask({ path: file }, { saliency, label });
      if ('saliency' in explained) {
        const { image, heat, ...rest } = explained.saliency;
        const uri = (png: string) => `data:image/png;base64,${png}`;
        opinion.saliency = { ...rest, image: uri(image), heat: uri(heat) };
      } else if ('message' in explained) opinion.message = explained.message;
    } catch (error) {
      this.dispose();
      opinion.message = error instanceof Problem ? `${error.message} ${error.advice}` : String(error);
    }
    return opinion;
  }

  dispose(): void {
    if (!this.current) return;
    clearTimeout(this.current.timer);
    this.current.process.close();
    this.current = null;
  }

  private process(model: string): PredictProcess {
    if (this.current && this.current.model !== model) this.dispose();
    if (this.current) clearTimeout(this.current.timer);
    const process = this.current?.process ?? new PredictProcess(this.processes, model);
    this.current = { model, process, timer: setTimeout(() => this.dispose(), IDLE_MS) };
    return process;
  }
}
