/** Files of Project Wycheproof's shape: many tests, in groups that share a key or parameters. */
import type { JsonRecord } from './json-record.ts';
import { listField, recordOf, requiredText, textField } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import { reasonOf } from './suite-folder.ts';
import type { Outcome, Verdict } from './verdict.ts';
import { outOfScope } from './verdict.ts';

/** Runs each test of the vector's file, with what its group says. @throws UnreadableVector */
export function eachTest(
  suite: SuiteFolder,
  vector: JsonRecord,
  run: (test: JsonRecord, group: JsonRecord) => Verdict,
): readonly Outcome[] {
  const file = requiredText(vector, 'file');
  const id = textField(vector, 'id') ?? file;
  const groups = listField(recordOf(suite.json(file), file), 'testGroups').map((group) =>
    recordOf(group, 'test group'),
  );
  return groups.flatMap((group) =>
    listField(group, 'tests').map((entry, index): Outcome => {
      try {
        const test = recordOf(entry, 'test');
        return { id: `${id}#${String(test['tcId'] ?? index)}`, ...run(test, group) };
      } catch (error) {
        return { id: `${id}#${index}`, verdict: 'error', reason: reasonOf(error) };
      }
    }),
  );
}

/** The one outcome of a file that is not opened. */
export function notOpened(vector: JsonRecord, reason: string): Outcome {
  const tests = vector['tests'];
  return { id: textField(vector, 'id') ?? '', ...outOfScope(reason, typeof tests === 'number' ? tests : 1) };
}
