import fs from 'node:fs';
import path from 'node:path';
import { evaluationFiles } from '../../jobs/evaluation-job.ts';
import { jobFiles } from '../../jobs/job.ts';
import { Problem } from '../../problem.ts';
import type { ImageSelection, PanelImage } from '../../protocol/evaluate-panel.ts';
import type { EvaluatedImages, EvaluationReport } from '../../protocol/evaluation.ts';

/** A finished evaluation as the panel asks for it: the report, and any part of its images. */
export class EvaluationContents {
  readonly report: EvaluationReport;
  readonly #images: EvaluatedImages;

  private constructor(report: EvaluationReport, images: EvaluatedImages) {
    this.report = report;
    this.#images = images;
  }

  /** Null until the evaluation is done. @throws Problem `bad-evaluation` where its files are damaged or one is gone */
  static read(folder: string): EvaluationContents | null {
    const report = path.join(folder, jobFiles.report);
    if (!fs.existsSync(report)) return null;
    try {
      return new EvaluationContents(
        JSON.parse(fs.readFileSync(report, 'utf8')) as EvaluationReport,
        JSON.parse(fs.readFileSync(path.join(folder, evaluationFiles.images), 'utf8')) as EvaluatedImages,
      );
    } catch (error) {
      throw new Problem(
        'bad-evaluation',
        `The evaluation in ${folder} can't be read: ${(error as Error).message}.`,
        'Evaluate again.',
        { cause: error },
      );
    }
  }

  /** The images of a selection, the least probable label first. */
  select(selection: ImageSelection): number[] {
    if (selection.kind === 'worst') {
      return this.report.worst.filter((at) => this.#images.label[at] !== this.#images.predicted[at]);
    }
    const found = this.#positions(selection);
    const probability = this.#images.labelProbability;
    return found.sort((a, b) => (probability[a] as number) - (probability[b] as number) || a - b);
  }

  image(at: number): PanelImage {
    const { path: files, label, predicted, confidence, labelProbability } = this.#images;
    return {
      at,
      path: files[at] as string,
      label: label[at] as number,
      predicted: predicted[at] as number,
      confidence: confidence[at] as number,
      labelProbability: labelProbability[at] as number,
    };
  }

  /** Absolute path and content hash. */
  file(at: number): { path: string; hash: string } {
    return {
      path: path.join(this.#images.root, this.#images.path[at] as string),
      hash: this.#images.hash[at] as string,
    };
  }

  has(at: number): boolean {
    return Number.isInteger(at) && at >= 0 && at < this.#images.path.length;
  }

  #positions(selection: Exclude<ImageSelection, { kind: 'worst' }>): number[] {
    const { label, predicted, slices } = this.#images;
    const where = (accepts: (at: number) => boolean) => [...label.keys()].filter(accepts);
    switch (selection.kind) {
      case 'cell':
        return where((at) => label[at] === selection.label && predicted[at] === selection.predicted);
      case 'missed':
        return where((at) => label[at] === selection.label && predicted[at] !== selection.label);
      case 'mistaken':
        return where((at) => predicted[at] === selection.predicted && label[at] !== selection.predicted);
      case 'slice':
        return [...(slices[selection.index] ?? [])];
    }
  }
}
