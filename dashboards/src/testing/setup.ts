/** For tests of components: what jsdom does not have. */

import { cleanup } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';

vi.stubGlobal('matchMedia', (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));

afterEach(() => cleanup());
