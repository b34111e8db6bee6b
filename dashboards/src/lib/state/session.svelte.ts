/**
 * Who is signed in. The token is known here only while it is sent; the browser keeps a cookie that no script can read.
 */

import { ApiError, get, onSignedOut, post, remove, setCsrf } from '../api/client';
import { messageOf } from '../errors';
import type { SessionDocument } from '../api/types';

class Session {
  /** `undefined` until the service has answered. */
  who = $state<SessionDocument | null | undefined>(undefined);
  failure = $state<string | null>(null);
  isAdmin = $derived(this.who?.scopes.includes('admin') ?? false);

  async load(): Promise<void> {
    // The service sets this cookie beside that of the session: without it nobody is signed in, and there is nothing to
    // read.
    if (!document.cookie.includes('wattledger-signed-in=1')) {
      this.who = null;
      return;
    }
    try {
      this.#take(await get('/api/v1/session'));
      this.failure = null;
    } catch (error) {
      this.who = null;
      this.failure = error instanceof ApiError && error.status === 401 ? null : messageOf(error);
    }
  }

  async signIn(token: string): Promise<void> {
    this.#take(await post('/api/v1/session', { token }));
    // The answer to signing in may say less than that of the session.
    if (!this.who?.csrf) await this.load();
  }

  async signOut(): Promise<void> {
    await remove('/api/v1/session');
    this.end();
  }

  end(): void {
    setCsrf('');
    this.who = null;
  }

  #take(who: SessionDocument): void {
    setCsrf(who.csrf ?? '');
    this.who = who;
  }
}

export const session = new Session();
onSignedOut(() => session.end());
