/** Why signing in failed, in words. */

import { ApiError } from '../../lib/api/client';
import { messageOf } from '../../lib/errors';

const REFUSED =
  'This token is not valid: it is unknown, revoked or expired. Create another with: wattledger token create';

export const signInFailure = (error: unknown): string =>
  error instanceof ApiError && (error.status === 401 || error.status === 403) ? REFUSED : messageOf(error);
