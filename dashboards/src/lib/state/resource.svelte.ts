/** A document that a page reads from the service: read again when its parameters change, and after events. */

import { ApiError } from '../api/client';
import { live } from '../live/live.svelte';

export interface Options {
  /** Events after which it is read again. */
  topics?: string[];
  /** At most once in so many ms. */
  every?: number;
}

export class Resource<T> {
  /** The last answer; kept while a newer one is loading. */
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | null>(null);
  isLoading = $state(true);
  /** When the last answer came. */
  at = $state<number | null>(null);
  /** Reads again now. */
  reload: () => void = () => {};
}

/**
 * Call while a component is created. What `ask` reads before its first await is what it depends on; it returns `null`
 * where there is nothing to read. `known` is the last answer with the same parameters, for series that append.
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
            : new ApiError(0, 'defect', 'This page has a defect. The service itself is not affected.');
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
