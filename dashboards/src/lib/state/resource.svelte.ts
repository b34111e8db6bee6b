/** Something that a page reads from the service: asked again when what it depends on changes, and when events say so. */

import { ApiError } from '../api/client';
import { live } from '../live/live.svelte';

export interface Options {
  /** Events after which it is asked again. */
  topics?: string[];
  /** At most so often, ms. */
  every?: number;
}

export class Resource<T> {
  /** The last answer; it stays while a newer one is on its way. */
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | null>(null);
  isLoading = $state(true);
  /** When the last answer came. */
  at = $state<number | null>(null);
  /** Asks again now. */
  reload: () => void = () => {};
}

/**
 * Call while a component is made. `ask` names what it depends on by reading it before its first await; it may return `null` to
 * say that there is nothing to ask for. `known` is the last answer to the same question, for series that append.
 */
export function resource<T>(
  ask: (signal: AbortSignal, known: T | undefined) => Promise<T> | null,
  { topics = [], every = 5_000 }: Options = {},
): Resource<T> {
  const found = new Resource<T>();
  $effect(() => {
    const stop = new AbortController();
    let known: T | undefined;
    const settle = (answer: Promise<T> | null): void => {
      if (!answer) {
        found.data = undefined;
        found.isLoading = false;
        return;
      }
      found.isLoading = true;
      answer.then(
        (data) => {
          if (stop.signal.aborted) return;
          known = data;
          Object.assign(found, { data, error: null, isLoading: false, at: Date.now() });
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          const isOurs = error instanceof ApiError;
          if (!isOurs) console.error(error);
          found.error = isOurs
            ? error
            : new ApiError(0, 'defect', 'This page met a defect; the service is not concerned.');
          found.isLoading = false;
        },
      );
    };
    settle(ask(stop.signal, undefined));
    const again = (): void => settle(ask(stop.signal, known));
    found.reload = again;
    const leave = topics.length ? live.on(topics, every, again) : () => {};
    return () => {
      stop.abort();
      leave();
    };
  });
  return found;
}
