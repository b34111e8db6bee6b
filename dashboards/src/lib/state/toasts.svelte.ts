/** Short messages: what happened and the next step. They close after 6 s; errors stay until the reader closes them. */

export interface Toast {
  id: number;
  kind: 'ok' | 'bad';
  text: string;
  link?: { href: string; text: string };
}

const STAYS = 6_000;

class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;

  add(kind: Toast['kind'], text: string, link?: Toast['link']): void {
    const id = this.#next++;
    this.items.push({ id, kind, text, ...(link && { link }) });
    if (kind === 'ok') setTimeout(() => this.close(id), STAYS);
  }

  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
