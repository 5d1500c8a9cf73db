/** Reading JSON that somebody else wrote: every field may be missing or of the wrong kind. */

export type JsonRecord = Readonly<Record<string, unknown>>;

/** A vector or a suite that cannot be run: the file is missing, not JSON, or says something that we cannot read. */
export class UnreadableVector extends Error {
  override readonly name = 'UnreadableVector';
}

/** `value` as an object. @throws UnreadableVector */
export function recordOf(value: unknown, what: string): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableVector(`${what} is not an object`);
  }
  return value as JsonRecord;
}

/** The object called `name`, or `undefined` if there is none. @throws UnreadableVector */
export function recordField(record: JsonRecord, name: string): JsonRecord | undefined {
  const value = record[name];
  return value === undefined || value === null ? undefined : recordOf(value, name);
}

/** The string called `name`, or `undefined` if there is none. @throws UnreadableVector */
export function textField(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new UnreadableVector(`${name} is not a string`);
  return value;
}

/** The string called `name`. @throws UnreadableVector */
export function requiredText(record: JsonRecord, name: string): string {
  const value = textField(record, name);
  if (value === undefined) throw new UnreadableVector(`${name} is missing`);
  return value;
}

/** The whole number of 0 or more called `name`, or `undefined` if there is none. @throws UnreadableVector */
export function countField(record: JsonRecord, name: string): number | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new UnreadableVector(`${name} is not a whole number`);
  }
  return value;
}

/** The array called `name`; empty if there is none. @throws UnreadableVector */
export function listField(record: JsonRecord, name: string): readonly unknown[] {
  const value = record[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableVector(`${name} is not an array`);
  return value;
}

/** The array of strings called `name`; empty if there is none. @throws UnreadableVector */
export function textListField(record: JsonRecord, name: string): readonly string[] {
  const list = listField(record, name);
  if (!list.every((value) => typeof value === 'string'))
    throw new UnreadableVector(`${name} is not an array of strings`);
  return list;
}

/** The octets that the hexadecimal string called `name` stands for. @throws UnreadableVector */
export function hexField(record: JsonRecord, name: string): Uint8Array {
  const text = requiredText(record, name);
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new UnreadableVector(`${name} is not hexadecimal`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** The instant called `name`, epoch ms, or `undefined` if there is none. @throws UnreadableVector */
export function instantField(record: JsonRecord, name: string): number | undefined {
  const text = textField(record, name);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UnreadableVector(`${name} is not an instant`);
  return ms;
}

/** The file that `expectedOutput` names, by itself or as `file`; `undefined` if there is none. @throws UnreadableVector */
export function outputFileOf(vector: JsonRecord): string | undefined {
  const output = vector['expectedOutput'];
  if (output === undefined || output === null || typeof output === 'string') return output ?? undefined;
  return requiredText(recordOf(output, 'expectedOutput'), 'file');
}
