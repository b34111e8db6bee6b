/** An energy flow to the option of a Sankey chart. */

import { tokenColor, type Palette } from './palette';

export interface FlowNode {
  id: string;
  title: string;
  /** Its size in words. */
  text: string;
  column: number;
  /** Of its column, 0 to 1. */
  share: number;
  /** A token: `cat-1`, `ci-3`, `idle`, `ink`. */
  color: string;
}

export interface FlowLink {
  source: string;
  target: string;
  value: number;
}

export interface Flow {
  nodes: FlowNode[];
  links: FlowLink[];
}

/** The last column, of the steps of the intensity scale. */
const STEPS = 2;
/** A node with a smaller share has room for one line. */
const THIN = 0.07;
const TITLE_MOST = 22;

/** The label of a node: title and size; characters that ECharts would read as markup become blanks. */
export function flowLabel({ title, text, share }: Pick<FlowNode, 'title' | 'text' | 'share'>): string {
  const short = title.length > TITLE_MOST ? `${title.slice(0, TITLE_MOST - 1)}…` : title;
  const lines = [`{title|${short.replace(/[{}|]/g, ' ')}}`, `{text|${text}}`];
  return lines.join(share < THIN ? ' ' : '\n');
}

export function sankeyOption({ nodes, links }: Flow, palette: Palette, isNarrow: boolean): Record<string, unknown> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const words = { color: palette.ink, textBorderColor: palette.surface, textBorderWidth: 3 };
  return {
    animation: false,
    textStyle: { fontFamily: palette.font },
    series: [
      {
        type: 'sankey',
        left: 2,
        right: isNarrow ? 118 : 216,
        top: 8,
        bottom: 8,
        nodeWidth: 11,
        nodeGap: 17,
        draggable: false,
        layoutIterations: 0,
        emphasis: { focus: 'adjacency' },
        data: nodes.map((node) => ({
          name: node.id,
          depth: node.column,
          itemStyle: { color: tokenColor(node.color, palette), borderWidth: 0 },
        })),
        links: links.map((link) => ({ ...link, lineStyle: lineStyle(link, byId, palette) })),
        label: {
          color: palette.ink,
          fontSize: 12,
          // A node of the last option may be asked for once more while a new one is drawn.
          formatter: ({ name }: { name: string }) => {
            const node = byId.get(name);
            return node ? flowLabel(node) : '';
          },
          rich: {
            title: { ...words, fontWeight: 600, fontSize: 12, lineHeight: 15 },
            text: { ...words, fontSize: 11, color: palette.ink2, lineHeight: 14 },
          },
        },
      },
    ],
  };
}

/** Towards sites a ribbon has the colour of its owner, towards steps that of the step. */
function lineStyle(link: FlowLink, byId: Map<string, FlowNode>, palette: Palette): Record<string, unknown> {
  const [source, target] = [byId.get(link.source), byId.get(link.target)];
  const isStep = target?.column === STEPS;
  const color = (isStep ? target : source)?.color ?? 'cat-other';
  return { color: tokenColor(color, palette), opacity: isStep ? 0.75 : 0.32, curveness: 0.5 };
}
