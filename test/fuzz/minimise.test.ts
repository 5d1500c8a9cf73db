import { expect, test } from 'vitest';
import { minimise } from './src/minimise.ts';

const encoder = new TextEncoder();
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('what matters stays, the rest goes', () => {
  const input = encoder.encode('<a x="1"><b>text<c/></b><d needle="2"><e/></d>tail</a>');
  const smallest = minimise(input, (smaller) => textOf(smaller).includes('needle'));
  expect(textOf(smallest)).toBe('needle');
});

test('elements go with both their tags where a document must stay one', () => {
  const isDocument = (text: string): boolean => /^<a>.*<\/a>$/su.test(text);
  const input = encoder.encode('<a><b><c><d>x</d></c></b></a>');
  const smallest = minimise(input, (smaller) => isDocument(textOf(smaller)) && textOf(smaller).includes('x'));
  expect(textOf(smallest)).toBe('<a>x</a>');
});

test('an input of which nothing can go stays as it is', () => {
  const input = encoder.encode('<a/>');
  expect(minimise(input, () => false)).toEqual(input);
});
