import process from 'node:process';
import { writeFinding, writeSlowest } from '../finding.ts';
import { ALL_TARGETS } from './all-targets.ts';
import type { TargetReport } from './fuzz-target.ts';
import type { GuidedOptions } from './options.ts';
import { readOptions, USAGE } from './options.ts';
import { runTarget } from './run-target.ts';

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  let options: GuidedOptions | undefined;
  try {
    options = readOptions(args);
    for (const name of options?.targets ?? []) {
      if (!ALL_TARGETS.some((target) => target.name === name)) throw new Error(`--target ${name} is unknown`);
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === undefined) {
    console.log(`${USAGE}\nTargets: ${ALL_TARGETS.map(({ name }) => name).join(', ')}`);
    return 0;
  }
  return await fuzz(options);
}

async function fuzz({
  targets,
  executionsMax,
  durationMs,
  seed,
  corpusFolder,
  findingsFolder,
  slowFolder,
}: GuidedOptions): Promise<number> {
  const chosen = ALL_TARGETS.filter(({ name }) => targets.length === 0 || targets.includes(name));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  let findings = 0;
  let executions = 0;
  for (const { name, share } of chosen) {
    const part = share / shares;
    const limits = {
      executionsMax: Math.ceil(executionsMax * part),
      // Time goes in equal parts: it is the slow targets that need it.
      durationMs: durationMs / chosen.length,
    };
    const report = await runTarget(name, { ...limits, seed, corpusFolder }, (finding) => {
      findings++;
      const file = writeFinding(findingsFolder, finding);
      console.log(`FINDING (${finding.kind}) in ${name}: ${finding.what}\nwritten to ${file}\n`);
    });
    executions += report?.executions ?? 0;
    keepSlowest(name, seed, report, slowFolder);
    console.log(report === undefined ? `${name}: did not end` : textOf(report));
  }
  console.log(`${executions} executions\n${findings} findings`);
  return findings === 0 ? 0 : 1;
}

/** As a file that may go to test/vectors/fuzz, where tests and a benchmark run it. */
function keepSlowest(target: string, seed: number, report: TargetReport | undefined, folder: string | undefined): void {
  if (report?.slowest === undefined || folder === undefined) return;
  const { input, ms } = report.slowest;
  const file = writeSlowest(folder, {
    target,
    kind: 'slowest',
    what: `${ms.toFixed(3)} ms for ${input.length} octets`,
    input: Buffer.from(input).toString('base64'),
    command: `pnpm fuzz --target ${target} --seed ${seed}`,
  });
  console.log(`slowest of ${target}: ${ms.toFixed(3)} ms for ${input.length} octets, in ${file}`);
}

function textOf({ target, executions, elapsedMs, corpus, coverage, findings }: TargetReport): string {
  const { functions, functionsReached, blocks, blocksReached } = coverage;
  const perSecond = Math.round((executions / elapsedMs) * 1000);
  return (
    `${target}: ${executions} executions in ${(elapsedMs / 1000).toFixed(1)} s (${perSecond}/s), corpus ${corpus}, ` +
    `reached ${functionsReached} of ${functions} functions and ${blocksReached} of ${blocks} blocks, ${findings} findings`
  );
}
