/** The search line of the jobs page: words and `name:value` tokens, to the API's filters and back into the address. */

/** What the service can filter by. */
const NAMES = ['project', 'user', 'label', 'from', 'to'] as const;
export type TokenName = (typeof NAMES)[number];

export interface Token {
  name: TokenName;
  value: string;
}

export interface Filter {
  tokens: Token[];
  /** The words that are no token: looked for in names and ids. */
  text: string;
}

/** `project:atlas-llm "two words" run` to its tokens and its words; a value with blanks stands in quotes. */
export function parseFilter(line: string): Filter {
  const tokens: Token[] = [];
  const words: string[] = [];
  for (const [, name, quoted, plain, word] of line.matchAll(/(?:(\w+):(?:"([^"]*)"|(\S+)))|(\S+)/g)) {
    const value = quoted ?? plain;
    if (name && value && isName(name) && isUsable(name, value)) tokens.push({ name, value });
    else words.push(word ?? `${name}:${value ?? ''}`);
  }
  return { tokens, text: words.join(' ') };
}

const isName = (name: string): name is TokenName => (NAMES as readonly string[]).includes(name);

function isUsable(name: TokenName, value: string): boolean {
  if (name === 'from' || name === 'to') return !Number.isNaN(Date.parse(value));
  return name !== 'label' || /^[^=]+=./.test(value);
}

export function writeFilter({ tokens, text }: Filter): string {
  const written = tokens.map(({ name, value }) => `${name}:${/\s/.test(value) ? `"${value}"` : value}`);
  return [...written, text].filter(Boolean).join(' ');
}

/** The parameters of `GET /jobs`. Of two tokens of one name the last counts. */
export function queryOf({ tokens, text }: Filter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const { name, value } of tokens) {
    if (name === 'from' || name === 'to') query[name] = new Date(value).toISOString();
    else query[name] = value;
  }
  if (text) query.q = text;
  return query;
}
