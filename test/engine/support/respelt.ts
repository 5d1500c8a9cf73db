/** Messages in other words of XML, and what may be chosen of them. */
import fc from 'fast-check';

/** Which characters to write as references, by their place in the document. */
export type Choice = (place: number) => boolean;

/** All characters, or some. */
export const choices: fc.Arbitrary<Choice> = fc.oneof(
  fc.constant(() => true),
  fc.tuple(fc.integer(), fc.constantFrom(2, 7, 40, 300)).map(
    ([seed, one]) =>
      (place: number) =>
        Math.abs(Math.imul(place ^ seed, 0x9e3779b1) >> 7) % one === 0,
  ),
);

/**
 * The message with characters of its texts and attribute values written as references (XML 1.0 §4.1): another text, and the same
 * document. White space between elements is left as it is, where a reference would be text.
 */
export function respelt(message: Uint8Array, isChosen: Choice): Uint8Array {
  let place = 0;
  const spelt = (value: string): string =>
    value.replace(/&[^;]*;|[^&]/gsu, (character) => {
      const isReference = character.startsWith('&');
      return isReference || !isChosen(place++) ? character : `&#x${character.codePointAt(0)?.toString(16)};`;
    });
  const text = new TextDecoder().decode(message).replace(/<(?:"[^"]*"|[^>"])*>|[^<]+/g, (piece) => {
    if (piece.startsWith('<')) return piece.replace(/="([^"]*)"/g, (_, value: string) => `="${spelt(value)}"`);
    return piece.trim() === '' ? piece : spelt(piece);
  });
  return new TextEncoder().encode(text);
}
