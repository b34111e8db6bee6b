/** Paths with parameters. */

/** `{ id: '…' }` when `path` is like `/jobs/{id}`, else `null`. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), path.replace(/(.)\/$/, '$1').split('/')];
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, value] of given.entries()) {
    const part = wanted[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name && part !== value) return null;
    if (name) {
      try {
        found[name] = decodeURIComponent(value);
      } catch {
        return null;
      }
    }
  }
  return found;
}
