/** The moment under the pointer, shared by all charts of a page. */
class Hover {
  at = $state<number | null>(null);
}

export const hover = new Hover();
