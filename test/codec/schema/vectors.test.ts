import { readdirSync } from 'node:fs';
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import { expect, test } from 'vitest';
import { vectorBytes, vectorPath } from '../support/reading.ts';

const SUITES = ['bench', 'wssc-valid', 'wssc-rampart-transcript', 'wssc-sequences', 'wcf/corewcf-designdoc'];

/** Messages that are not valid, by libxml2's number of the finding, and why. */
const NOT_VALID: Readonly<Record<string, readonly number[]>> = {
  // The document they were copied from was indented by hand: there is white space in the empty wsse:Reference.
  'wcf/corewcf-designdoc/02-rstr-sct-response.xml': [1841, 1841],
  'wcf/corewcf-designdoc/05-cancel-request.xml': [1841],
};

test.runIf(loadLibxml().available).each(SUITES)('the messages of %s are valid, or it is known why not', (suite) => {
  const files = readdirSync(vectorPath(suite)).filter((name) => name.endsWith('.xml'));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const path = `${suite}/${file}`;
    const numbers = validate(vectorBytes(path), wsSchemas('messages')).map((finding) => finding.number);
    expect(numbers, path).toEqual(NOT_VALID[path] ?? []);
  }
});
