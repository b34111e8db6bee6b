/**
 * Starts what the tests look at: the demonstration, and an empty service. `WATTLEDGER_BIN` names another binary; with
 * `WATTLEDGER_SERVER` and `WATTLEDGER_TOKEN` a demonstration that runs already is taken.
 */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

export interface Running {
  url: string;
  token: string;
  signIn: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    demo: Running;
    empty: Running;
    binary: string;
  }
}

/** Days of history: enough for every state, few enough for a debug build to tell and to answer for. */
const DAYS = process.env.WATTLEDGER_E2E_DAYS ?? '4';
const STARTS_WITHIN = 900_000;
const TIED = fileURLToPath(new URL('tied.mjs', import.meta.url));

/** The newest of those that are built. */
function findBinary(): string {
  if (process.env.WATTLEDGER_BIN) return process.env.WATTLEDGER_BIN;
  const target = fileURLToPath(new URL('../../target/', import.meta.url));
  const built = ['release', 'debug'].map((kind) => join(target, kind, 'wattledger')).filter((path) => existsSync(path));
  const [newest] = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!newest) throw new Error('no wattledger binary: run cargo build, or name one with WATTLEDGER_BIN');
  return newest;
}

function runningDemo(): Running | null {
  const { WATTLEDGER_SERVER: url, WATTLEDGER_TOKEN: token } = process.env;
  return url && token ? { url, token, signIn: '' } : null;
}

/** A process that ends when this one does, however that ends; `folder` goes with it. */
export function tied(folder: string, program: string, args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [TIED, folder, program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Ends a tied process and waits for it. */
export async function untie(child: ChildProcess): Promise<void> {
  if (child.exitCode != null || child.signalCode != null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await ended;
}

/** Starts a command that serves, in a folder of its own, and waits until it says where. */
export async function start(
  binary: string,
  command: string,
  ...more: string[]
): Promise<{ process: ChildProcess; running: Running }> {
  const folder = mkdtempSync(join(tmpdir(), `wattledger-e2e-${command}-`));
  const child = tied(folder, binary, [command, ...more, '--listen', '127.0.0.1:0', '--data', join(folder, 'data')]);
  const running: Partial<Running> = {};
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} did not start:\n${said}`)), STARTS_WITHIN);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      running.url ??= /listening on (http:\S+)/.exec(said)?.[1];
      running.token ??= /admin token: (wl_\w+)/.exec(said)?.[1];
      running.signIn ??= /sign in: (http:\S+)/.exec(said)?.[1];
      if (running.url && running.token && running.signIn) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${said}`)));
  }).catch(async (error: unknown) => {
    await untie(child);
    throw error;
  });
  return { process: child, running: running as Running };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = findBinary();
  const known = runningDemo();
  console.log(`testing ${binary}${known ? ` at ${known.url}` : `, with ${DAYS} days of history`}`);
  const [demo, empty] = await Promise.all([
    known ? { process: null, running: known } : start(binary, 'demo', '--days', DAYS),
    start(binary, 'serve'),
  ]);
  project.provide('demo', demo.running);
  project.provide('empty', empty.running);
  project.provide('binary', binary);
  return async () => {
    await Promise.all([demo, empty].map(({ process }) => process && untie(process)));
  };
}
