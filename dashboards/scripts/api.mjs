// Writes src/lib/api/schema.d.ts from the committed openapi.json; with --check says whether it is current. With a URL
// or file as argument takes openapi.json from there first: `npm run api -- http://127.0.0.1:8780/openapi.json`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import openapi, { astToString } from 'openapi-typescript';

const document = new URL('../openapi.json', import.meta.url);
const schema = new URL('../src/lib/api/schema.d.ts', import.meta.url);
const [source] = process.argv.slice(2).filter((argument) => argument !== '--check');
const isCheck = process.argv.includes('--check');

if (source) {
  const read = /^https?:/.test(source) ? await (await fetch(source)).text() : readFileSync(source, 'utf8');
  // A snapshot of the service's test has two lines of its own and a head.
  const text = read.startsWith('---') ? read.split(/^---$/m).slice(2).join('---') : read;
  writeFileSync(document, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
}

const head = '// Generated from openapi.json by `npm run api`. Do not edit.\n\n';
const described = JSON.parse(readFileSync(document, 'utf8'));
// The client goes by path and method, so ids of operations only add a second name for each.
for (const path of Object.values(described.paths))
  for (const operation of Object.values(path)) delete operation.operationId;
const wanted = head + astToString(await openapi(described));
/** The service's own test keeps its document too: both must be one. */
function servedDocument() {
  const snapshot = new URL('../../tests/it/service/snapshots/it__service__process__openapi.snap', import.meta.url);
  if (!existsSync(snapshot)) return null;
  return JSON.parse(readFileSync(snapshot, 'utf8').split(/^---$/m).slice(2).join('---'));
}

if (!isCheck) {
  writeFileSync(schema, wanted);
} else if (readFileSync(schema, 'utf8') !== wanted) {
  console.error('src/lib/api/schema.d.ts is not what openapi.json says: run `npm run api` and commit both.');
  process.exit(1);
} else {
  const served = servedDocument();
  if (served && !isDeepStrictEqual(served, JSON.parse(readFileSync(document, 'utf8')))) {
    console.error('openapi.json is not what the service serves: run `npm run api -- URL` and commit what changes.');
    process.exit(1);
  }
}
