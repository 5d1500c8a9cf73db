import { createRequire } from 'node:module';
import { READERS } from '@parley/codec';
import { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES } from '@parley/engine';
import { Argument, Command, Option } from 'commander';
import type { DemoOptions } from './commands/demo.ts';
import { demo } from './commands/demo.ts';
import type { InspectOptions } from './commands/inspect.ts';
import { inspect } from './commands/inspect.ts';
import type { VerifyOptions } from './commands/verify.ts';
import { verify } from './commands/verify.ts';
import { wholeNumber } from './options/number-option.ts';
import { limitOf } from './options/policy-option.ts';
import { headerNames } from './options/understand-option.ts';
import type { ExitStatus } from './terminal/exit-status.ts';
import type { Terminal } from './terminal/terminal.ts';

const EXIT_HELP = `
Exit status: 0 all valid, 1 some refused, 2 wrong usage, unusable input or no messages, 130 interrupted,
141 whoever read the output went away.`;

const KEYS_HELP = `
The key of a context store comes from --kek, else from the environment variable PARLEY_KEK (base64 or hex), else from
the file "kek" beside the store's folder.`;

const VERIFY_HELP = `${KEYS_HELP}
${EXIT_HELP}

Examples:
  parley verify .parley/demo/log.ndjson --contexts .parley/demo/contexts
  parley verify logs/ more/today.ndjson.zst --keys keys.json --out results.ndjson
  zcat day.ndjson.gz | parley verify - --keys keys.json --json
  parley verify request.xml --keys keys.json --profile wcf-mixed --at 2026-01-15T12:00:00Z`;

const INSPECT_HELP = `${KEYS_HELP}
${EXIT_HELP}

Examples:
  parley inspect message.xml
  parley inspect message.xml --schema
  parley inspect message.xml --explain
  parley inspect bootstrap.xml --plan x509
  parley inspect message.xml --keys keys.json --at 2026-01-15T12:00:00Z
  parley inspect .parley/demo/log.ndjson --record 7 --contexts .parley/demo/contexts --json`;

const DEMO_HELP = `
The folder gets: contexts/ (the context store), kek (its key), log.ndjson (every message that the context secures),
and handshake.ndjson (the replies of the handshake; its requests hold a password and are not written).

Examples:
  parley demo
  parley demo conversation --messages 10000 --version 200502 --soap 1.1`;

const PARLEY_HELP = `
Examples:
  parley demo
  parley verify .parley/demo/log.ndjson --contexts .parley/demo/contexts
  parley inspect .parley/demo/log.ndjson --contexts .parley/demo/contexts`;

const WORKERS_MAX = 256;
const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;
const DEMO_MESSAGES_MAX = 10_000_000;

/** The command line of Parley; `onEnd` is told how the command ended. */
export function program(terminal: Terminal, onEnd: (status: ExitStatus) => void): Command {
  const parley = new Command('parley')
    .description(
      'WS-SecureConversation: verify recorded conversations, look into messages, and make a conversation to try.',
    )
    .version(versionOfPackage(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    // `demo --version 200502` means the protocol's, not ours.
    .enablePositionalOptions()
    .addHelpText('after', PARLEY_HELP)
    .configureOutput({ writeErr: () => undefined })
    .configureHelp({ helpWidth: 120 })
    .exitOverride();
  parley.addCommand(verifyCommand(parley, async (paths, options) => onEnd(await verify(paths, options, terminal))));
  parley.addCommand(inspectCommand(parley, async (path, options) => onEnd(await inspect(path, options, terminal))));
  parley.addCommand(demoCommand(parley, async (directory, options) => onEnd(await demo(directory, options, terminal))));
  return parley;
}

function verifyCommand(parent: Command, action: (paths: string[], options: VerifyOptions) => Promise<void>): Command {
  return subcommand(parent, 'verify')
    .description('Verify every message of logs, and print a summary.')
    .argument('<paths...>', 'NDJSON logs, .xml files, folders of them (also .gz and .zst), or - for standard input')
    .addOption(contextsOption())
    .addOption(kekOption())
    .addOption(keysOption())
    .addOption(atOption())
    .addOption(profileOption())
    .addOption(understandOption())
    .addOption(policyFileOption())
    .addOption(limitOption())
    .addOption(readerOption())
    .addOption(
      new Option('--workers <n>', 'worker threads; 0 works without; default: one per core').argParser(
        wholeNumber(0, WORKERS_MAX),
      ),
    )
    .option('--out <file>', 'write one line of JSON per message to a new file; - for standard output')
    .option('--force', 'let --out replace a file that is there (never one that is read)')
    .addOption(
      new Option('--least <n>', 'how many messages there must be; status 2 when there are fewer')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .default(1),
    )
    .option('--allow-replays', 'accept a message that was seen before in this run')
    .addOption(maxMessageBytesOption())
    .option('--json', 'print the summary as JSON')
    .option('--quiet', 'print no bar and no summary')
    .addHelpText('after', VERIFY_HELP)
    .action(action);
}

function inspectCommand(parent: Command, action: (path: string, options: InspectOptions) => Promise<void>): Command {
  return subcommand(parent, 'inspect')
    .description('Print what a message holds: tokens, derived keys, what is signed and encrypted, and the verdict.')
    .argument('<file>', 'a message, or a log of which one record is taken; - for standard input')
    .addOption(
      new Option('--record <n>', 'which record of a log').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)).default(1),
    )
    .addOption(contextsOption())
    .addOption(kekOption())
    .addOption(keysOption())
    .addOption(atOption())
    .addOption(profileOption())
    .addOption(understandOption())
    .addOption(policyFileOption())
    .addOption(limitOption())
    .addOption(readerOption())
    .addOption(maxMessageBytesOption())
    .option('--schema', 'validate against the WS-* schemas too (needs libxmljs2); status 1 when it is not valid')
    .addOption(
      new Option(
        '--plan [profile]',
        'what would be verified and decrypted, in which order; default: the profile of --profile',
      ).choices([...PROFILE_NAMES, ...BOOTSTRAP_PROFILE_NAMES]),
    )
    .option(
      '--explain',
      'the canonical octets of what is signed, and what was digested where a digest differs; status 1 when one does',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', INSPECT_HELP)
    .action(action);
}

function demoCommand(parent: Command, action: (directory: string, options: DemoOptions) => Promise<void>): Command {
  return subcommand(parent, 'demo')
    .description(
      'Make and record a conversation: contexts issued, renewed and cancelled, and messages secured with them.',
    )
    .addArgument(new Argument('[dir]', 'folder to make; an earlier demo in it is replaced').default('.parley/demo'))
    .addOption(
      new Option('--messages <n>', 'secured messages').argParser(wholeNumber(2, DEMO_MESSAGES_MAX)).default(2000),
    )
    .addOption(
      new Option('--version <generation>', 'generation of the protocol')
        .choices(['200512', '200502'])
        .default('200512'),
    )
    .addOption(new Option('--soap <version>', 'version of SOAP').choices(['1.1', '1.2']).default('1.2'))
    .option('--json', 'print what was made as JSON')
    .option('--quiet', 'print nothing')
    .addHelpText('after', DEMO_HELP)
    .action(action);
}

function subcommand(parent: Command, name: string): Command {
  return new Command(name).copyInheritedSettings(parent).helpOption('-h, --help', 'print this');
}

function contextsOption(): Option {
  return new Option('--contexts <dir>', 'context store with the keys');
}

function kekOption(): Option {
  return new Option('--kek <file>', "file with the store's key-encryption key");
}

function keysOption(): Option {
  return new Option('--keys <file>', 'keys file (JSON) instead of a store');
}

function atOption(): Option {
  return new Option(
    '--at <when>',
    "judge as of: message (the record's time, else the message's own), now, or an instant",
  ).default('message');
}

function profileOption(): Option {
  return new Option('--profile <name>', 'what messages must bring').choices([...PROFILE_NAMES]).default('strict');
}

function understandOption(): Option {
  return new Option(
    '--understand <header>',
    'a header that the application understands, as {namespace}name or {namespace}; it must be signed; repeatable',
  ).argParser(headerNames);
}

function policyFileOption(): Option {
  return new Option('--policy <file>', 'changes to the profile, as JSON');
}

function limitOption(): Option {
  return new Option('--limit <name=value>', 'change a limit of the profile; may be given several times').argParser(
    limitOf,
  );
}

function readerOption(): Option {
  return new Option(
    '--reader <name>',
    "who reads: scan (the default) takes UTF-8 only; auto and libxml other encodings too; cross-check wants our reading to be libxml2's",
  ).choices([...READERS]);
}

function maxMessageBytesOption(): Option {
  return new Option('--max-message-bytes <n>', 'refuse larger messages; the limit messageBytesMax').argParser(
    wholeNumber(1, MESSAGE_BYTES_MAX),
  );
}

function versionOfPackage(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return version;
}
