import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// `source` makes every @parley package resolve to its sources, so that tests need no build. (Worker threads cannot:
// tests of the pool run the built `dist`, which `npm test` makes first.)
// The rest are Vite's own conditions for code that runs in Node.
const conditions = ['source', 'module', 'node', 'development|production'];

// Tests of pure code share a process, and what it has loaded: a third of their time was loading. What starts servers, peers and programs,
// or writes to this tree, has one for each file.
const TOGETHER = ['bus', 'codec', 'conversation', 'core', 'doors', 'engine', 'log', 'tidy', 'vector-runner'].map(
  (room) => `test/${room}/**/*.test.ts`,
);
const OUTSIDE = ['**/node_modules/**', '**/dist/**'];

/** Those apart first: a process is kept only while the next file may share it, and the longest files must not be the last ones. */
class ApartFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isApart = (file: TestSpecification): boolean => file.project.config.isolate;
    return [...sorted.filter(isApart), ...sorted.filter((file) => !isApart(file))];
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      { extends: true, test: { name: 'together', include: TOGETHER, exclude: OUTSIDE, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...OUTSIDE, ...TOGETHER] } },
    ],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: ApartFirst },
    // What hangs is to end; how fast the machine is is nothing a test may depend on.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globals: false,
  },
});
