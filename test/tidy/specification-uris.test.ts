// A URI of the specifications is spelled once, in a table; below, code takes the row.
import { expect, test } from 'vitest';
import { excuse } from './exceptions.ts';
import { type Finding, findLines, listed, packageSources, type Source, sourceOf } from './sources.ts';

const URI = /https?:\/\/(www\.w3\.org|docs\.oasis-open\.org|schemas\.xmlsoap\.org|schemas\.microsoft\.com)\//;

test('URIs of algorithms, namespaces and actions stand in the tables only', () => {
  expect(listed(excuse('specification-uri', packageSources().flatMap(uriFindings)))).toEqual([]);
  const example = "const uri = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';";
  expect(uriFindings(sourceOf('packages/engine/src/x.ts', example))).toHaveLength(1);
});

function uriFindings(source: Source): Finding[] {
  return findLines(source, URI, 'take the URI from a table: algorithms.ts, specification.ts, vocabulary.ts');
}
