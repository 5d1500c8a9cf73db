import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumber } from '../options/number-option.ts';
import type { JudgingOptions } from './judging.ts';
import { EXIT_HELP, judging, KEYS_HELP, subcommand } from './judging.ts';

export interface VerifyOptions extends JudgingOptions {
  readonly workers?: number | undefined;
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
  readonly onlyRefused?: boolean | undefined;
  readonly failFast?: boolean | undefined;
  readonly least: number;
  readonly allowReplays?: boolean | undefined;
  readonly sequences?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

const HELP = `${KEYS_HELP}
${EXIT_HELP}

Examples:
  parley verify .parley/demo/log.ndjson --contexts .parley/demo/contexts
  parley verify logs/ more/today.ndjson.zst --keys keys.json --out results.ndjson
  parley verify logs/ --keys keys.json --only-refused --out - | jq -r .id
  zcat day.ndjson.gz | parley verify - --keys keys.json --json
  parley verify request.xml --keys keys.json --profile wcf-mixed --at 2026-01-15T12:00:00Z`;

const WORKERS_MAX = 256;

/** `parley verify`. */
export function verifyCommand(
  parent: Command,
  action: (paths: string[], options: VerifyOptions) => Promise<void>,
): Command {
  return judging(
    subcommand(parent, 'verify')
      .description('Verify every message of logs, and print a summary.')
      .argument('<paths...>', 'NDJSON logs, .xml files, folders of them (also .gz and .zst), or - for standard input'),
  )
    .addOption(
      new Option(
        '--workers <n>',
        'worker threads; 0 works without; default: one per core, none for less than 24 MiB',
      ).argParser(wholeNumber(0, WORKERS_MAX)),
    )
    .option('--out <file>', 'write one line of JSON per message to a new file; - for standard output')
    .option('--force', 'let --out replace a file that is there (never one that is read)')
    .option('--only-refused', 'leave valid messages out of --out')
    .option('--fail-fast', 'read no further after the first message that is refused')
    .addOption(
      new Option('--least <n>', 'how many messages there must be; status 2 when there are fewer')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .default(1),
    )
    .option('--allow-replays', 'accept a message that was seen before in this run')
    .option('--sequences', 'say of each sequence (WS-ReliableMessaging) what is missing or came twice')
    .option('--json', 'print the summary as JSON')
    .option('--quiet', 'print no bar and no summary')
    .addHelpText('after', HELP)
    .action(action);
}
