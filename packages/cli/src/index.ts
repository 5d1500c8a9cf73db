export type { ExitStatus } from './exit-status.ts';
export { main } from './main.ts';
