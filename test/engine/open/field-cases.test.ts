// Messages as others write them, each with its right answer.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answerTo, fieldCases } from '../support/field-case.ts';

const FOLDER = new URL('../../vectors/field-cases/', import.meta.url);
const cases = fieldCases();

test.each(cases)('$name', (fieldCase) => {
  expect(answerTo(fieldCase)).toMatchObject(fieldCase.expected);
});

describe('the list of cases', () => {
  test('says of every message what it is about and what is right', () => {
    expect(cases.filter(({ about, expected }) => about === '' || Object.keys(expected).length === 0)).toEqual([]);
  });

  test('names each case once, in order', () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, place) => place > 0 && name <= String(names[place - 1]))).toEqual([]);
  });

  test('has every message of the folder', () => {
    const messages = readdirSync(FOLDER).filter((file) => file.endsWith('.xml'));
    const read = new Set(cases.map(({ name, file }) => file ?? `${name}.xml`));
    expect(read).toEqual(new Set(messages));
  });
});
