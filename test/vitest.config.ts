import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `source` makes every @parley package resolve to its sources, so that tests need no build. (Worker threads cannot:
// tests of the pool run the built `dist`, which `npm test` makes first.)
// The rest are Vite's own conditions for code that runs in Node.
const conditions = ['source', 'module', 'node', 'development|production'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    globals: false,
  },
});
