// Writes src/lib/api/schema.d.ts from the committed openapi.json; with --check says whether it is current.
// With a URL or file as argument takes openapi.json from there first: `npm run api -- http://127.0.0.1:8080/openapi.json`.
import { readFileSync, writeFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';

const document = new URL('../openapi.json', import.meta.url);
const schema = new URL('../src/lib/api/schema.d.ts', import.meta.url);
const [source] = process.argv.slice(2).filter((argument) => argument !== '--check');
const isCheck = process.argv.includes('--check');

if (source) {
  const text = /^https?:/.test(source) ? await (await fetch(source)).text() : readFileSync(source, 'utf8');
  writeFileSync(document, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
}

const head = '// Generated from openapi.json by `npm run api`. Do not edit.\n\n';
const described = JSON.parse(readFileSync(document, 'utf8'));
// The client goes by path and method, so ids of operations only add a second name for each.
for (const path of Object.values(described.paths)) for (const operation of Object.values(path)) delete operation.operationId;
const wanted = head + astToString(await openapi(described));
if (!isCheck) {
  writeFileSync(schema, wanted);
} else if (readFileSync(schema, 'utf8') !== wanted) {
  console.error('src/lib/api/schema.d.ts is not what openapi.json says: run `npm run api` and commit both.');
  process.exit(1);
}
