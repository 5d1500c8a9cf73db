/** Something a fuzzer found, as a file: the same file is a regression vector in test/vectors/fuzz. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Finding {
  /** `c14n`, or a target of the coverage-guided fuzzer. */
  readonly target: string;
  readonly kind: string;
  /** What was wrong, for people. */
  readonly what: string;
  /** The input, minimised, in base64. */
  readonly input: string;
  /** How to see it again from the beginning. */
  readonly command: string;
}

/** Where findings go unless the command says otherwise; not under version control. */
export const FINDINGS_FOLDER = '.parley/findings';

/** Writes `finding` into `folder`, which is made if need be; gives the file's path. */
export function writeFinding(folder: string, finding: Finding): string {
  const hash = createHash('sha256').update(finding.kind).update(finding.input).digest('hex').slice(0, 12);
  return write(folder, `${finding.target}-${hash}`, finding);
}

/** The same of what took a target the longest, in place of what did before. */
export function writeSlowest(folder: string, finding: Finding): string {
  return write(folder, `slow-${finding.target}`, finding);
}

function write(folder: string, name: string, finding: Finding): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(finding, undefined, 2)}\n`);
  return file;
}
