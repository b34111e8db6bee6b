/** Which readers a change concerns, and when they are told. Time is an argument. */

export interface Change {
  what: string;
  id: string;
  project: string | null;
}

interface Reader {
  topics: Set<string>;
  /** ms between two calls, so that a busy fleet does not make a page ask for the same again and again. */
  every: number;
  then: () => void;
  isDirty: boolean;
  last: number;
}

/** Gathers changes and calls each reader at most once within its interval. */
export class Merger {
  #readers = new Set<Reader>();

  add(topics: string[], every: number, now: number, then: () => void): () => void {
    const reader = { topics: new Set(topics), every, then, isDirty: false, last: now };
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  note(change: Change): void {
    for (const reader of this.#readers) if (reader.topics.has(change.what)) reader.isDirty = true;
  }

  /** Changes may have been missed: every reader reads again. */
  noteAll(): void {
    for (const reader of this.#readers) reader.isDirty = true;
  }

  /** Calls the readers that are due; how many. */
  flush(now: number): number {
    let called = 0;
    for (const reader of this.#readers) {
      if (!reader.isDirty || now - reader.last < reader.every) continue;
      reader.isDirty = false;
      reader.last = now;
      reader.then();
      called++;
    }
    return called;
  }
}

export type Liveness = 'connecting' | 'live' | 'quiet' | 'stale';

/** How live the page is: quiet after 15 s without an event, stale after 60 s. */
export function liveness(lastEvent: number | null, now: number): Liveness {
  if (lastEvent == null) return 'connecting';
  const silent = now - lastEvent;
  return silent < 15_000 ? 'live' : silent < 60_000 ? 'quiet' : 'stale';
}
