// Checks the packages of package-lock.json against advisories on standard input, a `jsrepository-v5.json` of RetireJS:
//   xz -dc ../tests/supply/jsrepository.json.xz | node scripts/advisories.mjs
// It names each affected package with its version, its advisory and the version that mends it, and then ends with 1.
import { readFileSync } from 'node:fs';
import semver from 'semver';

const known = JSON.parse(readFileSync(0, 'utf8'));
const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

const isAffected = (version, { atOrAbove, below, excludes = [] }) =>
  (atOrAbove === undefined || semver.gte(version, semver.coerce(atOrAbove, { includePrerelease: true }))) &&
  (below === undefined || semver.lt(version, semver.coerce(below, { includePrerelease: true }))) &&
  !excludes.includes(version);

const packages = Object.entries(lock.packages)
  .filter(([place]) => place.includes('node_modules/'))
  .map(([place, { version }]) => ({ name: place.split('node_modules/').at(-1), version }));
const judged = packages.filter(({ name }) => Object.hasOwn(known, name));
if (judged.length === 0) throw new Error('the advisories know none of the packages: is this a jsrepository-v5.json?');

const faults = judged.flatMap(({ name, version }) =>
  known[name].vulnerabilities
    .filter((advisory) => isAffected(version, advisory))
    .map(({ identifiers, below, severity }) => {
      const id = identifiers.CVE?.[0] ?? identifiers.githubID ?? `RetireJS ${identifiers.retid}`;
      return `${name} ${version}: ${id} (${severity}), ${identifiers.summary}; mended in ${below ?? 'no version yet'}`;
    }),
);
faults.forEach((fault) => console.error(fault));
console.log(`${packages.length} packages, ${judged.length} of them with known advisories: ${faults.length} apply`);
process.exitCode = faults.length > 0 ? 1 : 0;
