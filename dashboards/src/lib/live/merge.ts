/** Which readers a change concerns, and when they may hear of it. Pure: time is an argument. */

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

/** Gathers changes and hands each reader at most one call within its interval. */
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

  /** Changes were missed: everyone reads anew. */
  noteAll(): void {
    for (const reader of this.#readers) reader.isDirty = true;
  }

  /** Calls whoever is due. */
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

/** What the mark in the top bar says: quiet after 15 s without an event, stale after 60. */
export function liveness(lastEvent: number | null, now: number): Liveness {
  if (lastEvent == null) return 'connecting';
  const silent = now - lastEvent;
  return silent < 15_000 ? 'live' : silent < 60_000 ? 'quiet' : 'stale';
}
