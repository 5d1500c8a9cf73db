export type { ExitStatus } from './terminal/exit-status.ts';
export { main } from './main.ts';
