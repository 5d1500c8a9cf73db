import type { Command } from 'commander';
import { Argument } from 'commander';
import { subcommand } from './judging.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const HELP = `
Examples:
  source <(parley completion bash)                                # in ~/.bashrc
  source <(parley completion zsh)                                 # in ~/.zshrc, after compinit
  parley completion fish > ~/.config/fish/completions/parley.fish`;

/** `parley completion`. */
export function completionCommand(parent: Command, action: (shell: Shell) => Promise<void>): Command {
  return subcommand(parent, 'completion')
    .description('Print a script that completes commands, options and their values in a shell.')
    .addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(action);
}
