/** Changes made from forms: a toast says what happened, a refusal what to do. */

import { ApiError } from './api/client';
import { toasts } from './state/toasts.svelte';

/** Whether it worked. */
export async function act(what: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await what();
    toasts.add('ok', done);
    return true;
  } catch (error) {
    const field = error instanceof ApiError && error.field ? `${error.field}: ` : '';
    toasts.add('bad', `Nothing was changed. ${field}${(error as Error).message}`);
    return false;
  }
}

export const today = (): string => new Date().toISOString().slice(0, 10);
