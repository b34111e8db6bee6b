/** Checks of Flux texts: by the official language server, and against the measurements that the mirror writes. */

import { readFileSync } from 'node:fs';
import { Lsp, parse } from '@influxdata/flux-lsp-node';

/** `deploy/influxdb/schema.json`: what each measurement has. */
export type Schema = Record<string, { tags: string[]; fields: string[] }>;

export const schema = JSON.parse(
  readFileSync(new URL('../../deploy/influxdb/schema.json', import.meta.url), 'utf8'),
) as Schema;

interface Diagnostic {
  message: string;
  severity: number;
  range: { start: { line: number } };
}

/** What the language server, which has the types of Flux and of its packages, finds wrong with a text. */
export async function errorsOf(flux: string): Promise<string[]> {
  const errors = (await server.diagnose(flux)).filter(({ severity }) => severity === 1);
  return errors.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
}

const server = await start();

async function start() {
  const lsp = new Lsp();
  const waiting = new Map<string, (found: Diagnostic[]) => void>();
  lsp.onMessage((text: string) => {
    const { params } = JSON.parse(text) as { params: { uri?: string; diagnostics?: Diagnostic[] } };
    waiting.get(params.uri ?? '')?.(params.diagnostics ?? []);
  });
  void lsp.run();
  const send = (method: string, params: unknown, id?: number): Promise<unknown> =>
    lsp.send(JSON.stringify({ jsonrpc: '2.0', method, params, id }));
  await send('initialize', { capabilities: {}, processId: null, rootUri: null }, 1);
  await send('initialized', {});
  return {
    /** Each text is a file of a folder of its own, as files of one folder are one package. */
    diagnose(text: string): Promise<Diagnostic[]> {
      const uri = `file:///${waiting.size}/query.flux`;
      return new Promise((resolve) => {
        waiting.set(uri, resolve);
        void send('textDocument/didOpen', { textDocument: { uri, languageId: 'flux', version: 1, text } });
      });
    },
  };
}

/** A node of the syntax tree; which other properties it has depends on its type. */
interface Node {
  type: string;
  [property: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    for (const child of Object.values(value)) yield* nodesIn(child);
  }
}

const stringsIn = (value: unknown): string[] =>
  [...nodesIn(value)].filter(({ type }) => type === 'StringLiteral').map(({ value }) => String(value));

/** Name of an identifier, or a quoted key. */
function nameOf(key: unknown): string {
  const { name, value } = (key ?? {}) as { name?: unknown; value?: unknown };
  return String(name ?? value ?? '');
}

const BUILT_IN = ['_time', '_value', '_field', '_measurement', '_start', '_stop'];
const COLUMN_ARGUMENTS = ['column', 'columns', 'rowKey', 'columnKey', 'valueColumn', 'tag'];

/** What a text names that the mirror does not write: measurements, fields, and columns that no function made. */
export function unknownIn(flux: string, known: Schema = schema): string[] {
  const tree = parse(flux) as Node;
  const all = [...nodesIn(tree.body)];
  const variables = new Map(
    all.filter(({ type }) => type === 'VariableAssignment').map(({ id, init }) => [nameOf(id), init]),
  );
  const resolved = (value: unknown): string[] =>
    isNode(value) && value.type === 'Identifier' ? stringsIn(variables.get(nameOf(value))) : stringsIn(value);
  const compared = (column: string, nodes: Iterable<Node>): string[] =>
    [...nodes].flatMap(({ type, left, right }) =>
      type === 'BinaryExpression' &&
      isNode(left) &&
      left.type === 'MemberExpression' &&
      nameOf(left.property) === column
        ? resolved(right)
        : [],
    );

  const measurements = compared('_measurement', all);
  const has = measurements.flatMap((name) => known[name] ?? []);
  const fields = compared('_field', all);
  const keys = all.filter(({ type }) => type === 'Property').map(({ key }) => nameOf(key));
  const values = (argument: string): string[] =>
    all
      .filter(({ type, key }) => type === 'Property' && nameOf(key) === argument)
      .flatMap(({ value }) => stringsIn(value));
  // `set` and `pivot` name columns in strings, `map` in keys of records.
  const columns = new Set([
    ...BUILT_IN,
    ...has.flatMap(({ tags, fields }) => [...tags, ...fields]),
    ...keys,
    ...values('key'),
    ...values('name'),
  ]);
  const read = all
    .filter(({ type, object }) => type === 'MemberExpression' && nameOf(object) === 'r')
    .map(({ property }) => nameOf(property));
  return [
    ...measurements.filter((name) => !(name in known)).map((name) => `measurement ${name}`),
    ...fields
      .filter((name) => !has.length || !measurements.every((from) => known[from]?.fields.includes(name)))
      .map((name) => `field ${name}`),
    ...[...read, ...COLUMN_ARGUMENTS.flatMap(values)]
      .filter((name) => !columns.has(name))
      .map((name) => `column ${name}`),
  ];
}

/** The syntax tree of a text without places and without what stands in regular expressions. */
export function shapeOf(flux: string): unknown {
  return JSON.parse(
    JSON.stringify(parse(flux), function (this: { type?: string }, key, value: unknown) {
      return key === 'location' || (key === 'value' && this.type === 'RegexpLiteral') ? undefined : value;
    }),
  );
}
