/**
 * Starts what the tests look at: the demonstration, and an empty service. `WATTLEDGER_BIN` names another binary; with
 * `WATTLEDGER_SERVER` and `WATTLEDGER_TOKEN` a demonstration that runs already is taken.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
const STARTS_WITHIN = 600_000;

function findBinary(): string {
  const target = fileURLToPath(new URL('../../target/', import.meta.url));
  const candidates = [process.env.WATTLEDGER_BIN, join(target, 'release/wattledger'), join(target, 'debug/wattledger')];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('no wattledger binary: run cargo build, or name one with WATTLEDGER_BIN');
  return found;
}

function runningDemo(): Running | null {
  const { WATTLEDGER_SERVER: url, WATTLEDGER_TOKEN: token } = process.env;
  return url && token ? { url, token, signIn: '' } : null;
}

async function start(binary: string, args: string[]): Promise<{ process: ChildProcess; running: Running }> {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const running: Partial<Running> = {};
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${args[0]} did not start:\n${said}`)), STARTS_WITHIN);
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
    child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code}:\n${said}`)));
  });
  return { process: child, running: running as Running };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = findBinary();
  const folder = mkdtempSync(join(tmpdir(), 'wattledger-e2e-'));
  const known = runningDemo();
  const [demo, empty] = await Promise.all([
    known ? { process: null, running: known } : start(binary, ['demo', '--days', DAYS, '--listen', '127.0.0.1:0', '--data', join(folder, 'demo')]),
    start(binary, ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'empty')]),
  ]);
  project.provide('demo', demo.running);
  project.provide('empty', empty.running);
  project.provide('binary', binary);
  return async () => {
    for (const { process } of [demo, empty]) {
      if (!process) continue;
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
