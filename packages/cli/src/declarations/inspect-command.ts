import type { PolicyName } from '@parley/engine';
import { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES } from '@parley/engine';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { JudgingOptions } from './judging.ts';
import { EXIT_HELP, judging, KEYS_HELP, subcommand } from './judging.ts';

export interface InspectOptions extends JudgingOptions {
  /** Its place among the records, from 1 on, or its id. */
  readonly record: number | string;
  readonly schema?: boolean | undefined;
  /** The profile of the plan; `true` for that of `--profile`. */
  readonly plan?: PolicyName | true | undefined;
  readonly explain?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const HELP = `${KEYS_HELP}
${EXIT_HELP}

Examples:
  parley inspect message.xml
  parley inspect message.xml --schema
  parley inspect message.xml --explain
  parley inspect bootstrap.xml --plan x509
  parley inspect message.xml --keys keys.json --at 2026-01-15T12:00:00Z
  parley inspect .parley/demo/log.ndjson --record 7 --contexts .parley/demo/contexts --json`;

/** `parley inspect`. */
export function inspectCommand(
  parent: Command,
  action: (path: string, options: InspectOptions) => Promise<void>,
): Command {
  return judging(
    subcommand(parent, 'inspect')
      .description('Print what a message holds: tokens, derived keys, what is signed and encrypted, and the verdict.')
      .argument('<file>', 'a message, or a log of which one record is taken; - for standard input')
      .addOption(
        new Option('--record <which>', 'which record of a log: its place, from 1 on, or its id')
          .argParser(recordOf)
          .default(1),
      ),
  )
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
    .addHelpText('after', HELP)
    .action(action);
}

function recordOf(text: string): number | string {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : text;
}
