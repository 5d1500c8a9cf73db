/** parse-only: the message is a document that we read, or one that we refuse. */
import { Fault } from '@parley/core';
import { scanned } from './document.ts';
import type { JsonRecord } from './json-record.ts';
import { requiredText, textField } from './json-record.ts';
import type { Alias } from './reject-code.ts';
import { judgeRefusal } from './reject-code.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, mismatch } from './verdict.ts';

/** Runs one parse-only vector: it is read unless the manifest says `invalid` or `reject`. @throws UnreadableVector */
export function runParseVector(suite: SuiteFolder, vector: JsonRecord, aliases: readonly Alias[]): Verdict {
  const isRefusal = textField(vector, 'expected') === 'invalid' || textField(vector, 'strictProfile') === 'reject';
  const message = suite.bytes(requiredText(vector, 'file'));
  try {
    scanned(message);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (!isRefusal) return mismatch('read', error.code);
    return judgeRefusal(textField(vector, 'rejectCode'), error.code, textField(vector, 'class'), aliases);
  }
  return isRefusal ? mismatch(textField(vector, 'rejectCode') ?? 'refusal', 'read') : AS_EXPECTED;
}
