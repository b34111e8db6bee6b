/** The app's one event stream. A hidden tab closes it and catches up when it is shown again. */

import { Merger, liveness, type Change } from './merge';

const TICK = 1_000;
const POLL = 30_000;

class Live {
  now = $state(Date.now());
  lastEvent = $state<number | null>(null);
  state = $derived(liveness(this.lastEvent, this.now));

  #merger = new Merger();
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastPoll = 0;

  start(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#tick(), TICK);
    document.addEventListener('visibilitychange', this.#seen);
    this.#open();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    document.removeEventListener('visibilitychange', this.#seen);
    this.#close();
    this.lastEvent = null;
  }

  /** Calls `then` after changes of `topics`, at most once in `every` ms. */
  on(topics: string[], every: number, then: () => void): () => void {
    return this.#merger.add(topics, every, Date.now(), then);
  }

  #seen = (): void => {
    if (document.hidden) {
      this.#close();
    } else {
      this.#merger.noteAll();
      this.#open();
    }
  };

  #open(): void {
    if (this.#source || document.hidden) return;
    const source = new EventSource('/api/v1/events');
    source.onopen = () => this.#heard();
    source.addEventListener('change', (event) => {
      this.#heard();
      this.#merger.note(JSON.parse(event.data as string) as Change);
    });
    source.addEventListener('lagged', () => {
      this.#heard();
      this.#merger.noteAll();
    });
    // The browser reconnects by itself unless the service refused: then the stream stays closed until polling reopens
    // it.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.#close();
    };
    this.#source = source;
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
  }

  #heard(): void {
    this.lastEvent = Date.now();
  }

  #tick(): void {
    if (document.hidden) return;
    this.now = Date.now();
    if (liveness(this.lastEvent, this.now) !== 'live' && this.now - this.#lastPoll >= POLL) {
      if (this.#lastPoll) this.#merger.noteAll();
      this.#lastPoll = this.now;
      this.#open();
    }
    this.#merger.flush(this.now);
  }
}

export const live = new Live();
