/**
 * The search line of the jobs page: words and `name:value` tokens, turned into the API's filters and into the address.
 */

/** The filters of the service. */
const NAMES = ['project', 'user', 'label', 'from', 'to'] as const;
export type TokenName = (typeof NAMES)[number];

export interface Token {
  name: TokenName;
  value: string;
}

export interface Filter {
  tokens: Token[];
  /** All other words: searched for in names and ids. */
  text: string;
}

/** Reads `project:atlas-llm label:"team=a b" run` as tokens and words. A value with blanks is quoted. */
export function parseFilter(line: string): Filter {
  const tokens: Token[] = [];
  const words: string[] = [];
  for (const [, name, quoted, plain, word] of line.matchAll(/(?:(\w+):(?:"([^"]*)"|(\S+)))|(\S+)/g)) {
    // A group that did not take part is undefined, which the type of matchAll does not say.
    const value: string | undefined = quoted ?? plain;
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

/** The parameters of `GET /jobs`. Of two tokens with one name the last counts. */
export function queryOf({ tokens, text }: Filter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const { name, value } of tokens) {
    if (name === 'from' || name === 'to') query[name] = new Date(value).toISOString();
    else query[name] = value;
  }
  if (text) query.q = text;
  return query;
}

/** What the search line does with its text. */
export type Typed =
  /** Filter now. */
  | { kind: 'apply'; filter: Filter }
  /** Filter after a short pause in typing. */
  | { kind: 'search'; filter: Filter }
  /** A token is still being typed. */
  | { kind: 'wait' };

/**
 * Tokens leave the line once a blank or Enter finishes them; a new one replaces the one of its name. Words search as
 * they are typed.
 */
export function takeTyped(text: string, filter: Filter, isFinished: boolean): Typed {
  const typed = parseFilter(text);
  const kept = filter.tokens.filter((old) => !typed.tokens.some((token) => token.name === old.name));
  const next = { tokens: [...kept, ...typed.tokens], text: typed.text };
  const isToken = typed.tokens.length > 0;
  if (isFinished || (isToken && /\s$/.test(text))) return { kind: 'apply', filter: next };
  return isToken || /^\w+:/.test(text) ? { kind: 'wait' } : { kind: 'search', filter: next };
}

/** A filter without one of its tokens. */
export const dropToken = (filter: Filter, token: Token): Filter => ({
  ...filter,
  tokens: filter.tokens.filter((other) => other !== token),
});

/** One part of a filter that could be dropped, and the filter without it. */
export interface Way {
  name: string;
  rest: Filter;
}

/** Every part of a filter that could be dropped to find more. */
export const waysOut = (filter: Filter): Way[] => [
  ...filter.tokens.map((token) => ({ name: `${token.name}:${token.value}`, rest: dropToken(filter, token) })),
  ...(filter.text ? [{ name: filter.text, rest: { ...filter, text: '' } }] : []),
];
