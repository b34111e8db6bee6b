/** Actions of forms and buttons: a toast says what happened, or why it did not. */

import { ApiError } from './api/client';
import { messageOf } from './errors';
import { writeClipboard } from './download';
import { toasts } from './state/toasts.svelte';

/** `Not saved. Name: 1 to 128 letters, …`: what the service refused, by the name of the field in the form. */
export function refusal(error: unknown): string {
  const field = error instanceof ApiError ? error.field : null;
  if (!field) return `Not saved. ${messageOf(error)}`;
  const name = field.replaceAll('_', ' ');
  return `Not saved. ${name.charAt(0).toUpperCase()}${name.slice(1)}: ${messageOf(error)}`;
}

/** Does `what` and says `done`, or why it failed; whether it worked. */
export async function act(what: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await what();
    toasts.add('ok', done);
    return true;
  } catch (error) {
    toasts.add('bad', refusal(error));
    return false;
  }
}

/** Copies a command for a terminal. */
export async function copyCommand(command: string): Promise<void> {
  if (await writeClipboard(command)) toasts.add('ok', 'Command copied. Paste it into a terminal.');
  else toasts.add('bad', 'The browser does not allow copying. Select the command and copy it by hand.');
}

/** Copies the address of the page as it is shown. */
export async function copyLink(): Promise<void> {
  if (await writeClipboard(location.href)) toasts.add('ok', 'Link copied.');
  else toasts.add('bad', 'The browser does not allow copying. Copy the link from the address bar.');
}

/** Today's date in UTC: `2026-11-24`. */
export const today = (): string => new Date().toISOString().slice(0, 10);
