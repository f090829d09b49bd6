import type { JobEvent } from '../../protocol/events.ts';
import type { FinderSummary, LrPlanEvent } from '../../protocol/lr-finder.ts';
import type { FinderSnapshot, PanelOrigin, PanelSweep } from '../../protocol/lr-finder-panel.ts';
import { agreementBand, rangesOf } from '../../training/lr-finder/agreement.ts';

/** What a finder's panel shows, built up from its events. */
export class FinderRecord {
  private sweeps: PanelSweep[] = [];
  private plan: FinderSnapshot['plan'] = null;
  private engine: string | null = null;
  private warnings: string[] = [];

  /** @param reset the events start over: forget what came before. */
  apply(events: readonly JobEvent[], reset = false): void {
    if (reset) Object.assign(this, new FinderRecord());
    for (const event of events) this.applyOne(event);
  }

  get checkpoint(): LrPlanEvent['checkpoint'] {
    return this.plan?.checkpoint ?? null;
  }

  snapshot(summary: FinderSummary, origin: PanelOrigin): FinderSnapshot {
    return {
      type: 'snapshot',
      summary,
      origin,
      plan: this.plan,
      engine: this.engine,
      sweeps: this.sweeps,
      band: agreementBand(this.sweeps),
      suggestions: rangesOf(this.sweeps.map(({ suggestions }) => suggestions)),
      warnings: this.warnings,
    };
  }

  private applyOne(event: JobEvent): void {
    switch (event.kind) {
      case 'engine':
        this.engine = `${event.label} on ${event.device}`;
        break;
      case 'lr-plan':
        this.plan = planOf(event);
        break;
      case 'lr-point': {
        const sweep = this.sweep(event.sweep);
        sweep.rates.push(event.rate);
        sweep.losses.push(event.loss);
        sweep.smoothed.push(event.smoothed);
        break;
      }
      case 'lr-sweep': {
        const sweep = this.sweep(event.sweep);
        sweep.end = event.end;
        sweep.suggestions = event.suggestions;
        break;
      }
      case 'warning':
        this.warnings.push(event.message);
        break;
      default:
        break;
    }
  }

  private sweep(at: number): PanelSweep {
    this.sweeps[at] ??= {
      seed: this.plan?.seeds[at] ?? at,
      end: null,
      rates: [],
      losses: [],
      smoothed: [],
      suggestions: {},
    };
    return this.sweeps[at];
  }
}

function planOf({ sweep, seeds, images, train, classes, parameters, checkpoint }: LrPlanEvent): FinderSnapshot['plan'] {
  return { sweep, seeds, images, train, classes, parameters, checkpoint };
}
