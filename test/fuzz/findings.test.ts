// What the fuzzers once found stays found: test/vectors/fuzz holds their files.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compareDocument } from './src/differential/compare-document.ts';
import { allQuestions } from './src/differential/questions.ts';
import type { Finding } from './src/finding.ts';
import { ALL_TARGETS } from './src/guided/all-targets.ts';
import { kindOf } from './src/guided/fuzz-target.ts';

const FOLDER = new URL('../vectors/fuzz/', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test.each(names)('%s', async (name) => {
  const { target, input } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Finding;
  const bytes = new Uint8Array(Buffer.from(input, 'base64'));
  if (target === 'c14n') {
    expect(compareDocument(bytes, allQuestions).difference).toBeUndefined();
    return;
  }
  const found = ALL_TARGETS.find((one) => one.name === target);
  if (found === undefined) throw new Error(`no target ${target}`);
  let thrown: unknown;
  try {
    await found.run(bytes);
    found.secondOpinion?.(bytes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown === undefined ? undefined : kindOf(thrown, found)).toBeUndefined();
});
