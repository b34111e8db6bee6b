/** The typed client: paths, parameters and responses follow the OpenAPI document. */

import type { Paths } from './types';

/** An error of the service, in the format of RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string;
}

/** A request that was refused, or that reached no service (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

type Answer<Operation> = Operation extends { responses: infer Responses }
  ? {
      [Status in keyof Responses]: Responses[Status] extends { content: { 'application/json': infer Body } }
        ? Status extends 200 | 201
          ? Body
          : never
        : never;
    }[keyof Responses]
  : never;
type Parameters<Operation> = Operation extends { parameters: infer Given } ? Given : Record<string, never>;
type QueryOf<Operation> = Parameters<Operation> extends { query?: infer Query } ? Query : undefined;
type Body<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Content } } }
  ? Content
  : unknown;

type GetPaths = { [Path in keyof Paths]: Paths[Path] extends { get: object } ? Path : never }[keyof Paths];
type PostPaths = { [Path in keyof Paths]: Paths[Path] extends { post: object } ? Path : never }[keyof Paths];
type Got<Path extends keyof Paths> = Paths[Path] extends { get: infer Operation } ? Answer<Operation> : never;

interface Asked<Query> {
  path?: Record<string, string | number>;
  query?: Query | Record<string, QueryValue>;
  signal?: AbortSignal;
}

type QueryValue = string | number | boolean | string[] | null | undefined;

let csrf = '';
let whenSignedOut: () => void = () => {};

/** Sets the session's token against forged requests; requests that change something carry it. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Sets what is called when the service says that the session has ended. */
export function onSignedOut(then: () => void): void {
  whenSignedOut = then;
}

export function address(path: string, given: Record<string, string | number> = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, QueryValue][]) {
    if (Array.isArray(value)) for (const one of value) search.append(name, one);
    else if (value != null && value !== '') search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

export async function get<Path extends GetPaths>(
  path: Path,
  asked: Asked<QueryOf<Paths[Path] extends { get: infer Operation } ? Operation : never>> = {},
): Promise<Got<Path>> {
  return (await request('GET', address(path, asked.path, asked.query ?? {}), undefined, asked.signal)) as Got<Path>;
}

/** The document behind a link of the API, such as an `explain` link, with its large integers exact. */
export async function follow<T>(link: string, signal?: AbortSignal): Promise<T> {
  return (await request('GET', link, undefined, signal, parseExact)) as T;
}

export async function post<Path extends PostPaths>(
  path: Path,
  body: Body<Paths[Path] extends { post: infer Operation } ? Operation : never>,
  given: Record<string, string | number> = {},
): Promise<Answer<Paths[Path] extends { post: infer Operation } ? Operation : never>> {
  return (await request('POST', address(path, given), body)) as Answer<
    Paths[Path] extends { post: infer Operation } ? Operation : never
  >;
}

export async function remove(path: string, given: Record<string, string | number> = {}): Promise<void> {
  await request('DELETE', address(path, given));
}

/** All items of a list, read page by page, up to `most`. */
export async function all<Path extends GetPaths>(
  path: Path,
  query: Record<string, QueryValue>,
  signal?: AbortSignal,
  most = 10_000,
): Promise<Got<Path> extends { items: (infer Item)[] } ? Item[] : never> {
  const items: unknown[] = [];
  let cursor: string | null | undefined;
  do {
    const page = (await request('GET', address(path, {}, { limit: 1000, ...query, cursor }), undefined, signal)) as {
      items: unknown[];
      next_cursor?: string | null;
    };
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items as Got<Path> extends { items: (infer Item)[] } ? Item[] : never;
}

async function request(
  method: string,
  url: string,
  body?: unknown,
  signal?: AbortSignal,
  parse: (text: string) => unknown = JSON.parse,
): Promise<unknown> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The service does not answer. The page shows what was last loaded.');
  }
  if (!response.ok) throw await refused(response, url);
  const text = await response.text();
  return text ? parse(text) : null;
}

async function refused(response: Response, url: string): Promise<ApiError> {
  if (response.status === 401 && !url.endsWith('/session')) whenSignedOut();
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  const kind = problem?.type?.split(':').pop() ?? `http-${response.status}`;
  return new ApiError(
    response.status,
    kind,
    problem?.detail || problem?.title || `The service answered with status ${response.status}.`,
    problem?.field ?? null,
  );
}

/**
 * Parses JSON, turning an integer above 2^53 into the text of its digits to keep it exact (2^53 µg are 9,007 t). A
 * browser without access to the source text gives the nearest double instead.
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, context?: { source?: string }) {
    const isUnsafe = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isUnsafe && context?.source && /^-?\d+$/.test(context.source) ? context.source : value;
  } as (key: string, value: unknown) => unknown);
}
