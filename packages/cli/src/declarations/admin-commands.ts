/** `parley admin`: what an operator asks a running gateway for. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import { subcommand } from './judging.ts';

export interface AdminOptions {
  readonly json?: boolean | undefined;
}

/** What each of them does. */
export interface AdminActions {
  status(socket: string, options: AdminOptions): Promise<void>;
  list(socket: string, options: AdminOptions): Promise<void>;
  show(socket: string, identifier: string, options: AdminOptions): Promise<void>;
  cancel(socket: string, identifiers: readonly string[], options: AdminOptions): Promise<void>;
  drain(socket: string, options: AdminOptions): Promise<void>;
}

const HELP = `
The socket is that of operations.socket in the gateway's file: its owner alone can open it.

Exit status: 0 done, 1 some could not be (unknown, cancelled already, damaged), 2 anything else.

Examples:
  parley admin status run/parley.sock
  parley admin list run/parley.sock --json | jq -r 'select(.principal == "alice") | .identifier'
  parley admin cancel run/parley.sock urn:uuid:00000000-0000-4000-8000-000000000001
  parley admin drain run/parley.sock`;

/** `parley admin`. */
export function adminCommand(parent: Command, actions: () => Promise<AdminActions>): Command {
  const admin = subcommand(parent, 'admin')
    .description('Look after a running gateway, over its socket.')
    .addHelpText('after', HELP);
  const one = (name: string, description: string): Command =>
    subcommand(parent, name)
      .description(description)
      .addArgument(new Argument('<socket>', "the gateway's socket"))
      .option('--json', 'print JSON, one object per line');
  return admin
    .addCommand(
      one('status', 'Print what is under way.').action(async (socket: string, options: AdminOptions) =>
        (await actions()).status(socket, options),
      ),
    )
    .addCommand(
      one('list', 'Print one line per context.').action(async (socket: string, options: AdminOptions) =>
        (await actions()).list(socket, options),
      ),
    )
    .addCommand(
      one('show', 'Print all of one context but its secrets.')
        .argument('<identifier>')
        .action(async (socket: string, identifier: string, options: AdminOptions) =>
          (await actions()).show(socket, identifier, options),
        ),
    )
    .addCommand(
      one('cancel', 'End contexts.')
        .argument('<identifiers...>')
        .action(async (socket: string, identifiers: string[], options: AdminOptions) =>
          (await actions()).cancel(socket, identifiers, options),
        ),
    )
    .addCommand(
      one('drain', 'Let it answer what is in work, and end.').action(async (socket: string, options: AdminOptions) =>
        (await actions()).drain(socket, options),
      ),
    );
}
