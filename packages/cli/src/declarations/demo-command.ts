import type { SoapVersion } from '@parley/conversation';
import type { Version } from '@parley/core';
import type { Command } from 'commander';
import { Argument, Option } from 'commander';
import { wholeNumber } from '../options/number-option.ts';
import { subcommand } from './judging.ts';

export interface DemoOptions {
  readonly messages: number;
  readonly version: Version;
  readonly soap: SoapVersion;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

const HELP = `
The folder gets: contexts/ (the context store), kek (its key), log.ndjson (every message that the context secures),
and handshake.ndjson (the replies of the handshake; its requests hold a password and are not written).

Examples:
  parley demo
  parley demo conversation --messages 10000 --version 200502 --soap 1.1`;

const MESSAGES_MAX = 10_000_000;

/** `parley demo`. */
export function demoCommand(
  parent: Command,
  action: (directory: string, options: DemoOptions) => Promise<void>,
): Command {
  return subcommand(parent, 'demo')
    .description(
      'Make and record a conversation: contexts issued, renewed and cancelled, and messages secured with them.',
    )
    .addArgument(new Argument('[dir]', 'folder to make; an earlier demo in it is replaced').default('.parley/demo'))
    .addOption(
      new Option('--messages <n>', 'secured messages; a request to cancel and its reply come on top')
        .argParser(wholeNumber(2, MESSAGES_MAX))
        .default(2000),
    )
    .addOption(
      new Option('--version <generation>', 'generation of the protocol')
        .choices(['200512', '200502'])
        .default('200512'),
    )
    .addOption(new Option('--soap <version>', 'version of SOAP').choices(['1.1', '1.2']).default('1.2'))
    .option('--json', 'print what was made as JSON')
    .option('--quiet', 'print nothing')
    .addHelpText('after', HELP)
    .action(action);
}
