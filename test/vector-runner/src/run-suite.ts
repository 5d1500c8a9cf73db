/** Runs all vectors of a suite. */
import { runCanonicalVector } from './canonical-vector.ts';
import { runComputedKeyVector, runDerivedKeyVector } from './derivation-vector.ts';
import { runEncryptedDataVector } from './encrypted-data-vector.ts';
import type { JsonRecord } from './json-record.ts';
import { recordField, recordOf, textField } from './json-record.ts';
import { unknownPolicyFields } from './manifest-policy.ts';
import { runMessageVector } from './message-vector.ts';
import { runParseVector } from './parse-vector.ts';
import { runCipherVector, runMacVector } from './primitive-vector.ts';
import { runPublicKeyVector } from './public-key-vector.ts';
import { onTheList } from './refusals.ts';
import type { Alias } from './reject-code.ts';
import { runSequenceVector } from './sequence-vector.ts';
import { runSignatureVector } from './signature-vector.ts';
import type { SuiteFolder } from './suite-folder.ts';
import { openSuite, reasonOf } from './suite-folder.ts';
import type { Outcome, Verdict } from './verdict.ts';
import { outOfScope } from './verdict.ts';
import { runConformanceVector } from './xml-conformance-vector.ts';

export interface SuiteResult {
  readonly suite: string;
  readonly directory: string;
  readonly outcomes: readonly Outcome[];
  /** Fields of the manifest's policy that are not applied. */
  readonly unknownPolicyFields: readonly string[];
}

type Answer = Verdict | readonly Outcome[];
type Operation = (suite: SuiteFolder, vector: JsonRecord, aliases: readonly Alias[]) => Answer | Promise<Answer>;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['wssc-verify', runMessageVector],
  ['wssc-decrypt-and-verify', runMessageVector],
  ['wssc-sequence', runSequenceVector],
  ['derived-key', runDerivedKeyVector],
  ['wstrust-computed-key', runComputedKeyVector],
  ['c14n', runCanonicalVector],
  ['mac-verify', runMacVector],
  ['decrypt', runCipherVector],
  ['rsa', runPublicKeyVector],
  ['ecdsa-verify', runPublicKeyVector],
  ['parse-only', runParseVector],
  ['xmldsig-verify', runSignatureVector],
  ['xmlenc-decrypt', runEncryptedDataVector],
  ['xml-conformance', runConformanceVector],
]);

/** Runs the suite in `directory`, one vector after the other. What cannot be run is an outcome too: this never throws. */
export async function runSuite(directory: string, aliases: readonly Alias[]): Promise<SuiteResult> {
  try {
    const suite = openSuite(directory);
    const outcomes: Outcome[] = [];
    for (const [index, entry] of suite.vectors.entries())
      outcomes.push(...(await runEntry(suite, entry, index, aliases)).map(onTheList));
    return {
      suite: suite.name,
      directory,
      outcomes,
      unknownPolicyFields: unknownPolicyFields(recordField(suite.manifest, 'policy')),
    };
  } catch (error) {
    const outcomes: readonly Outcome[] = [{ id: 'manifest.json', verdict: 'error', reason: reasonOf(error) }];
    return { suite: directory, directory, outcomes, unknownPolicyFields: [] };
  }
}

async function runEntry(
  suite: SuiteFolder,
  entry: unknown,
  index: number,
  aliases: readonly Alias[],
): Promise<readonly Outcome[]> {
  let id = `#${index + 1}`;
  try {
    const vector = recordOf(entry, 'vector');
    id = textField(vector, 'id') ?? textField(vector, 'file') ?? id;
    const answer = await runOperation(suite, vector, aliases);
    return 'verdict' in answer ? [{ id, ...answer }] : answer;
  } catch (error) {
    return [{ id, verdict: 'error', reason: reasonOf(error) }];
  }
}

function runOperation(suite: SuiteFolder, vector: JsonRecord, aliases: readonly Alias[]): Answer | Promise<Answer> {
  const name = textField(vector, 'operation') ?? '(none)';
  const operation = OPERATIONS.get(name);
  if (operation !== undefined) return operation(suite, vector, aliases);
  const tests = vector['tests'];
  return outOfScope(`unknown operation ${name}`, typeof tests === 'number' ? tests : 1);
}
