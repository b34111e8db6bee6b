import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** The service that `npm run dev` shows: start one with `wattledger demo` or name another. */
const service = process.env.WATTLEDGER_SERVER ?? 'http://127.0.0.1:8780';
// The service takes changes from its own origin alone.
const served = ['/api', '/sign-in/', '/openapi.json', '/healthz', '/readyz', '/metrics'];

export default defineConfig({
  plugins: [svelte()],
  server: {
    proxy: Object.fromEntries(
      served.map((path) => [path, { target: service, changeOrigin: true, headers: { origin: service } }]),
    ),
  },
  build: {
    target: 'es2022',
    // Inlined assets would be data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        // Named, so that the size check knows what is a chart; the Sankey apart, as one page needs it.
        codeSplitting: {
          groups: [
            { name: 'echarts', test: /node_modules\/(echarts\/(?!lib\/chart\/sankey)|zrender|tslib)/, priority: 2 },
            { name: 'sankey', test: /echarts\/lib\/chart\/sankey/, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/{lib,routes}/**/*.test.ts'], environment: 'node' } },
      { test: { name: 'grafana', include: ['grafana/**/*.test.ts'], environment: 'node' } },
      {
        extends: true,
        // Components are compiled for a browser, not for a server.
        resolve: { conditions: ['browser'] },
        test: {
          name: 'components',
          include: ['src/components/**/*.test.ts'],
          environment: 'jsdom',
          setupFiles: ['src/testing/setup.ts'],
          // A busy machine is slow, not wrong.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['e2e/service.ts'],
          environment: 'node',
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
