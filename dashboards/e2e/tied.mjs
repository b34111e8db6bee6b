// Runs a program for as long as whoever started this holds its standard input open, so that nothing is left behind when
// tests are interrupted or killed: `node tied.mjs FOLDER PROGRAM ARGUMENT…`. FOLDER, if it is not empty, is removed at
// the end.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = () => child.kill('SIGTERM');
process.stdin.on('end', end).on('error', end).resume();
// A terminal interrupts the whole group: the program ends by itself, and this one with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
child.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on('exit', (code) => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
