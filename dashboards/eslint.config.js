import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default defineConfig(
  // Built or generated: `npm run api` writes schema.d.ts from openapi.json.
  globalIgnores(['dist/', 'e2e/output/', 'src/lib/api/schema.d.ts']),
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { eqeqeq: ['error', 'always', { null: 'ignore' }], 'no-console': ['error', { allow: ['error'] }] },
  },
  {
    // Without types: svelte-check finds what they tell, and linting with them takes a minute more.
    files: ['**/*.ts'],
    extends: [ts.configs.strict, ts.configs.stylistic],
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [ts.configs.strict, ts.configs.stylistic, svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    // {' '} is how a blank stays at the edge of a block, where Svelte trims it.
    rules: { 'svelte/no-useless-mustaches': 'off' },
  },
  {
    // A function that does nothing is a way to say that nothing is to be done.
    files: ['**/*.{ts,svelte}'],
    rules: { '@typescript-eslint/no-empty-function': 'off' },
  },
  {
    // Scripts and tests talk on the console.
    files: ['scripts/**', 'e2e/**'],
    rules: { 'no-console': 'off' },
  },
);
