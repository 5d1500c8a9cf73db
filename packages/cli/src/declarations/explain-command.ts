import type { Command } from 'commander';
import { subcommand } from './judging.ts';

export interface ExplainOptions {
  readonly json?: boolean | undefined;
}

const HELP = `
Exit status: 0 explained, 2 there is no such code.

Examples:
  parley explain peer.digest-mismatch
  parley explain peer.limit
  parley explain --json | jq -r .code`;

/** `parley explain`. */
export function explainCommand(
  parent: Command,
  action: (code: string | undefined, options: ExplainOptions) => Promise<void>,
): Command {
  return subcommand(parent, 'explain')
    .description('Say what a fault code means, who can mend it, what a peer is told, and whether to try again.')
    .argument('[code]', 'a code, or how several begin; default: all')
    .option('--json', 'print one line of JSON per code')
    .addHelpText('after', HELP)
    .action(action);
}
