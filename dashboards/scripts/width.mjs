// Fails where a line is over 120 columns: prettier leaves long strings, comments and tables as they are. What npm run
// api and npm run grafana generate, and the lock file, are left out.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MOST = 120;
const GENERATED = [
  'openapi.json',
  'package-lock.json',
  'src/lib/api/schema.d.ts',
  'grafana/influxdb/',
  'grafana/prometheus/',
];

const cwd = new URL('..', import.meta.url);
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd, encoding: 'utf8' });
const files = listed.split('\0').filter((name) => name && !GENERATED.some((path) => name.startsWith(path)));
let found = 0;
for (const name of files) {
  let text;
  try {
    text = readFileSync(new URL(name, cwd), 'utf8');
  } catch {
    continue; // Listed, but deleted and not committed yet.
  }
  for (const [index, line] of text.split('\n').entries()) {
    if ([...line].length <= MOST) continue;
    console.error(`${name}:${index + 1}: ${[...line].length} columns`);
    found++;
  }
}
if (found) {
  console.error(`${found} lines over ${MOST} columns`);
  process.exit(1);
}
