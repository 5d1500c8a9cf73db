// Vitest looks for its configuration where it is started; ours lives with the tests.
export { default } from './test/vitest.config.ts';
