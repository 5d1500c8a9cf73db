/** Suites of many small cases keep them in one JSON array; the manifest's vector names the file and the case's id. */

import type { JsonRecord } from './json-record.ts';
import { recordOf, requiredText, UnreadableVector } from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';

/** The case that `vector` names: in its file, or the vector itself when it brings the fields along. @throws UnreadableVector */
export function caseOf(suite: SuiteFolder, vector: JsonRecord): JsonRecord {
  if (vector['file'] === undefined) return vector;
  const cases = suite.json(requiredText(vector, 'file'));
  if (!Array.isArray(cases)) return recordOf(cases, 'case');
  const id = requiredText(vector, 'id');
  const found: unknown = cases.find((candidate: unknown) => (candidate as JsonRecord | null)?.['id'] === id);
  if (found === undefined) throw new UnreadableVector(`no case has the id ${id}`);
  return recordOf(found, 'case');
}
