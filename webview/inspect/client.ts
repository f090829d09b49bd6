import type { CatalogueAnswers } from '../../src/protocol/catalogue.ts';
import type { FromInspectPanel, InspectRequest, ToInspectPanel } from '../../src/protocol/inspect-panel.ts';

/** What the catalogue says is wrong with a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly advice: string;

  constructor({ code, message, advice }: { code: string; message: string; advice: string }) {
    super(message);
    this.code = code;
    this.advice = advice;
  }
}

export interface Answered<T extends InspectRequest['type']> {
  answer: CatalogueAnswers[T];
  uri: string | null;
}

/** Questions to the catalogue and their answers, through the host. */
export class CatalogueClient {
  readonly #post: (message: FromInspectPanel) => void;
  readonly #waiting = new Map<number, { resolve(answered: unknown): void; reject(error: Error): void }>();
  #nextId = 1;

  constructor(post: (message: FromInspectPanel) => void) {
    this.#post = post;
  }

  /** @throws Refusal */
  async ask<T extends InspectRequest['type']>(
    request: Extract<InspectRequest, { type: T }>,
  ): Promise<CatalogueAnswers[T]> {
    return (await this.askWithPicture(request)).answer;
  }

  /** As `ask`, with the address of the answer's picture. */
  askWithPicture<T extends InspectRequest['type']>(
    request: Extract<InspectRequest, { type: T }>,
  ): Promise<Answered<T>> {
    const id = this.#nextId++;
    return new Promise<Answered<T>>((resolve, reject) => {
      // What answers a request is of the request's type: `CatalogueAnswers` is the contract.
      this.#waiting.set(id, { resolve: resolve as (answered: unknown) => void, reject });
      this.#post({ type: 'ask', id, request });
    });
  }

  take(message: Extract<ToInspectPanel, { type: 'answer' | 'refused' }>): void {
    const asked = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'answer') asked?.resolve({ answer: message.answer, uri: message.uri });
    else asked?.reject(new Refusal(message));
  }
}
