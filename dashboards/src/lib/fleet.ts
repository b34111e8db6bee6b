/** Nodes and their accelerators. */

import type { Device, Node } from './api/types';
import { MINUTE, parse } from './format/time';

/** An agent that has sent nothing for so long is late. */
export const LATE = 5 * MINUTE;

/** The site of nodes that nobody has assigned; the service counts it as a site. */
export const UNASSIGNED = 'unassigned';

export const isLate = (node: Pick<Node, 'seen'>, now: number): boolean => now - (parse(node.seen) ?? 0) > LATE;

export const isAccelerator = (device: Pick<Device, 'kind'>): boolean => device.kind === 'accelerator';

/** `H100 80GB HBM3`: the name of a device without its maker. */
export const shortName = (name: string): string => name.replace(/^NVIDIA\s+/i, '');

/** Devices of one kind: how many, and their name. */
export interface Accelerators {
  count: number;
  name: string;
}

/** The accelerators of each node; the name is `accelerators` where a node has several kinds. */
export function acceleratorsByNode(devices: Pick<Device, 'kind' | 'node' | 'name'>[]): Map<string, Accelerators> {
  const found = new Map<string, Accelerators>();
  for (const device of devices.filter(isAccelerator)) {
    const [known, name] = [found.get(device.node), shortName(device.name)];
    found.set(device.node, {
      count: (known?.count ?? 0) + 1,
      name: known && known.name !== name ? 'accelerators' : name,
    });
  }
  return found;
}
