import { createRequire } from 'node:module';
import { Command } from 'commander';
import { completion } from './commands/completion.ts';
import { explain } from './commands/explain.ts';
import { verify } from './commands/verify.ts';
import { adminCommand } from './declarations/admin-commands.ts';
import { archiveCommand } from './declarations/archive-command.ts';
import { completionCommand } from './declarations/completion-command.ts';
import { contextsCommand } from './declarations/contexts-commands.ts';
import { demoCommand } from './declarations/demo-command.ts';
import { explainCommand } from './declarations/explain-command.ts';
import { callCommand, serveCommand, userCommand } from './declarations/gateway-commands.ts';
import { inspectCommand } from './declarations/inspect-command.ts';
import { relayCommand } from './declarations/relay-command.ts';
import { sealCommand } from './declarations/seal-command.ts';
import { verifyCommand } from './declarations/verify-command.ts';
import type { ExitStatus } from './terminal/exit-status.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Longer lines are hard to read. */
const HELP_COLUMNS_MAX = 120;

const HELP = `
Examples:
  parley demo
  parley verify .parley/demo/log.ndjson --contexts .parley/demo/contexts
  parley inspect .parley/demo/log.ndjson --contexts .parley/demo/contexts
  parley explain peer.digest-mismatch`;

/** The command line of Parley; `onEnd` is told how the command ended. */
export function program(terminal: Terminal, onEnd: (status: ExitStatus) => void): Command {
  const parley = new Command('parley')
    .description(
      'WS-SecureConversation: converse securely for plain services and clients, verify recorded conversations, look into messages.',
    )
    .version(versionOfPackage(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'print this, or the help of a command')
    // `demo --version 200502` means the protocol's, not ours.
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ helpWidth: Math.min(terminal.columns ?? HELP_COLUMNS_MAX, HELP_COLUMNS_MAX) })
    .exitOverride();
  // What the most used one does not need is loaded when it is needed, and is not in its bundle (scripts/bundle.mjs).
  return parley
    .addCommand(verifyCommand(parley, async (paths, options) => onEnd(await verify(paths, options, terminal))))
    .addCommand(
      archiveCommand(parley, async () => (await import('./commands/archive.ts')).archiveActions(terminal, onEnd)),
    )
    .addCommand(
      inspectCommand(parley, async (path, options) =>
        onEnd(await (await import('./commands/inspect.ts')).inspect(path, options, terminal)),
      ),
    )
    .addCommand(
      demoCommand(parley, async (directory, options) =>
        onEnd(await (await import('./commands/demo.ts')).demo(directory, options, terminal)),
      ),
    )
    .addCommand(
      sealCommand(parley, async (path, options) =>
        onEnd(await (await import('./commands/seal.ts')).seal(path, options, terminal)),
      ),
    )
    .addCommand(
      contextsCommand(parley, async () => (await import('./commands/contexts.ts')).contextsActions(terminal, onEnd)),
    )
    .addCommand(adminCommand(parley, async () => (await import('./commands/admin.ts')).adminActions(terminal, onEnd)))
    .addCommand(explainCommand(parley, async (code, options) => onEnd(await explain(code, options, terminal))))
    .addCommand(
      serveCommand(parley, async (options) =>
        onEnd(await (await import('./commands/serve.ts')).serve(options, terminal)),
      ),
    )
    .addCommand(
      relayCommand(parley, async (options) =>
        onEnd(await (await import('./commands/relay.ts')).relay(options, terminal)),
      ),
    )
    .addCommand(
      callCommand(parley, async (url, options) =>
        onEnd(await (await import('./commands/call.ts')).call(url, options, terminal)),
      ),
    )
    .addCommand(
      userCommand(parley, async (file, name) =>
        onEnd(await (await import('./commands/user.ts')).user(file, name, terminal)),
      ),
    )
    .addCommand(completionCommand(parley, async (shell) => onEnd(await completion(shell, parley, terminal))));
}

function versionOfPackage(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return version;
}
