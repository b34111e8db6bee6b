import { afterEach, expect, test, vi } from 'vitest';
import { ApiError, address, all, follow, get, onSignedOut, post, setCsrf } from './client';

afterEach(() => vi.unstubAllGlobals());

const answer = (body: unknown, status = 200, type = 'application/json') =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': type } });

test('addresses escape what they are given', () => {
  expect(address('/api/v1/jobs/{id}', { id: '../x y' }, { from: null, q: 'a&b', id: ['1', '2'] })).toBe(
    '/api/v1/jobs/..%2Fx%20y?q=a%26b&id=1&id=2',
  );
});

test('only changes carry the CSRF token', async () => {
  const fetch = vi.fn(async () => answer({}));
  vi.stubGlobal('fetch', fetch);
  setCsrf('secret');
  await get('/api/v1/jobs');
  await post('/api/v1/projects', { name: 'x' });
  const headers = fetch.mock.calls.map(
    (call) => (call as unknown as [string, { headers: Record<string, string> }])[1].headers['X-CSRF-Token'],
  );
  expect(headers).toEqual([undefined, 'secret']);
});

test('a problem document becomes an error that says its kind, field and detail', async () => {
  vi.stubGlobal('fetch', async () =>
    answer(
      {
        type: 'urn:wattledger:problem:invalid',
        title: 'Invalid',
        status: 400,
        detail: 'the end comes after the start',
        field: 'to',
      },
      400,
    ),
  );
  await expect(get('/api/v1/jobs')).rejects.toMatchObject({
    status: 400,
    kind: 'invalid',
    field: 'to',
    message: 'the end comes after the start',
  });
});

test('an answer that is no problem document and no answer at all are errors too', async () => {
  vi.stubGlobal('fetch', async () => answer('<html>', 502, 'text/html'));
  await expect(get('/api/v1/jobs')).rejects.toMatchObject({ status: 502, kind: 'http-502' });
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('failed');
  });
  await expect(get('/api/v1/jobs')).rejects.toBeInstanceOf(ApiError);
});

test('401 ends the session, but not where it answers signing in', async () => {
  vi.stubGlobal('fetch', async () => answer({}, 401));
  const ended = vi.fn();
  onSignedOut(ended);
  await expect(post('/api/v1/session', { token: 'x' })).rejects.toMatchObject({ status: 401 });
  expect(ended).not.toHaveBeenCalled();
  await expect(get('/api/v1/jobs')).rejects.toMatchObject({ status: 401 });
  expect(ended).toHaveBeenCalledOnce();
});

test('lists are read to their end', async () => {
  const fetch = vi.fn(async (url: string) =>
    answer(url.includes('cursor=2') ? { items: [3], next_cursor: null } : { items: [1, 2], next_cursor: '2' }),
  );
  vi.stubGlobal('fetch', fetch);
  expect(await all('/api/v1/projects', {})).toEqual([1, 2, 3]);
});

test('what explains a number keeps integers that no double holds, where the engine lets it', async () => {
  vi.stubGlobal('fetch', async () => answer('{"a":9223372036854775807,"b":5,"c":1.5,"d":"9223372036854775807"}'));
  const found = await follow<Record<string, unknown>>('/x');
  const hasSource =
    (
      JSON.parse(
        '[9223372036854775807]',
        ((_: string, value: unknown, context?: { source: string }) => context?.source ?? value) as never,
      ) as unknown[]
    )[0] !==
    2 ** 63;
  expect(found.a).toBe(hasSource ? '9223372036854775807' : 2 ** 63);
  expect([found.b, found.c, found.d]).toEqual([5, 1.5, '9223372036854775807']);
});
