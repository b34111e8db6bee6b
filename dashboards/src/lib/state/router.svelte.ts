/** The address. It holds every state of a page, so that a link shows what its sender saw. */

class Router {
  path = $state(location.pathname);
  search = $state(location.search);
  query = $derived(new URLSearchParams(this.search));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  go(address: string, { replace = false } = {}): void {
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
    const before = this.path;
    this.#read();
    if (before !== this.path) scrollTo(0, 0);
  }

  /** Changes parts of the query; `null` and the empty text remove a name. */
  set(changes: Record<string, string | null | undefined>, { replace = false } = {}): void {
    const address = this.with(changes);
    if (address !== location.pathname + location.search) this.go(address, { replace });
  }

  /** The address with these changes to its query. */
  with(changes: Record<string, string | null | undefined>): string {
    // A copy to write the address from, which nothing on a page depends on.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    return this.path + (text ? `?${text}` : '');
  }

  #read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  /** Links within the app change the page without reloading it; the browser follows all others. */
  #click(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (
      !(link instanceof HTMLAnchorElement) ||
      link.origin !== location.origin ||
      link.target ||
      link.hasAttribute('download')
    )
      return;
    if (/^\/(api|sign-in)\//.test(link.pathname) || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
