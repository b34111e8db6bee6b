/** The drawer that explains a figure. The address says which figure is open, so that the link can be shared. */

import { router } from './router.svelte';

const PREFIX = '/api/v1/ledger/explain?';

class Drawer {
  /** Link of the API that explains the open figure; `null` when closed. */
  link = $derived.by(() => {
    const asked = router.query.get('explain');
    return asked == null ? null : PREFIX + asked;
  });
  entry = $derived(router.query.get('entry'));

  /** Opens `link`, an `explain` link as the API gives it. */
  open(link: string): void {
    router.set({ explain: link.replace(PREFIX, ''), entry: null });
  }

  close(): void {
    router.set({ explain: null, entry: null });
  }

  show(entry: number | string): void {
    router.set({ entry: String(entry) }, { replace: true });
  }
}

export const drawer = new Drawer();
