import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumber } from '../options/number-option.ts';
import type { JudgingOptions } from './judging.ts';
import { EXIT_HELP, judging, KEYS_HELP, subcommand } from './judging.ts';

export interface ArchiveVerifyOptions extends JudgingOptions {
  readonly out: string;
  readonly shards?: number | undefined;
  readonly workers?: number | undefined;
  readonly to?: string | undefined;
  readonly nats?: string | undefined;
  readonly kafka?: string | undefined;
  readonly allowReplays?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** What each of them does. */
export interface ArchiveActions {
  verify(paths: readonly string[], options: ArchiveVerifyOptions): Promise<void>;
}

const WORKERS_MAX = 256;
const SHARDS_MAX = 65_536;

const HELP = `
Segments are verified first, then it is decided in shards what was there before. What is done is kept in the folder of --out: the
same command again goes on where somebody stopped, and comes to the same octets. There are then results/*.parquet, with a row for
each record, and report.html. For s3:// the environment has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and
AWS_ENDPOINT_URL.
${KEYS_HELP}
${EXIT_HELP}

Examples:
  parley archive verify archive/ --keys keys.json --out results
  parley archive verify s3://logs/2026/ --keys keys.json --out s3://results/2026
  parley archive verify s3://logs/2026/ --keys keys.json --out s3://results/2026 --nats nats://nats:4222
  parley archive verify kafka://kafka:9092/messages --keys keys.json --out results --to kafka://kafka:9092/verdicts
  duckdb -c "select code, count(*) from 'results/results/*.parquet' group by code"`;

/** `parley archive`. */
export function archiveCommand(parent: Command, actions: () => Promise<ArchiveActions>): Command {
  const archive = subcommand(parent, 'archive')
    .description('Verify archives that are too large for one run: in shards, resumable, with results as Parquet.')
    .addHelpText('after', HELP);
  return archive.addCommand(
    judging(
      subcommand(archive, 'verify')
        .description('Verify every message of an archive, in two passes.')
        .argument(
          '<paths...>',
          'NDJSON logs, .xml files, or folders of them (also .gz and .zst), s3://BUCKET/PREFIX, or kafka://HOST:PORT/TOPIC: the segments',
        ),
      'scan-only',
    )
      .requiredOption('--out <place>', 'folder, or s3://BUCKET/PREFIX, for indexes, results and the report')
      .addOption(
        new Option(
          '--shards <n>',
          'pieces that contexts are shared out to; default: one for 256 MiB, 16 to 512',
        ).argParser(wholeNumber(1, SHARDS_MAX)),
      )
      .addOption(
        new Option('--workers <n>', 'worker threads; 0 works without; default: one per core').argParser(
          wholeNumber(0, WORKERS_MAX),
        ),
      )
      .option('--to <address>', 'where each result goes once, too: kafka://host:9092/TOPIC')
      .option(
        '--nats <address>',
        'share the work with all processes that are given this same command: nats://host:4222',
      )
      .option('--kafka <address>', 'share it so by a Kafka cluster: kafka://host:9092')
      .option('--allow-replays', 'accept a message that was seen before in this archive')
      .option('--json', 'print the summary as JSON')
      .option('--quiet', 'print no bar and no summary')
      .addHelpText('after', HELP)
      .action(async (paths: string[], options: ArchiveVerifyOptions) => (await actions()).verify(paths, options)),
  );
}
