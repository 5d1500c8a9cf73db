/** Octets that markup is made of, and tables that class all 256 of them. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const BLANK = 0x20;
export const BANG = 0x21;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const AMPERSAND = 0x26;
export const SINGLE_QUOTE = 0x27;
export const HYPHEN = 0x2d;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const LEFT_BRACKET = 0x5b;
export const RIGHT_BRACKET = 0x5d;
/** First octet of U+F000..U+FFFF, and so of U+FFFE and U+FFFF, the only valid UTF-8 above ASCII that XML forbids. */
export const LEAD_OF_NONCHARACTERS = 0xef;

/** 1 for XML white space. */
export const SPACE: Uint8Array = table((octet) => (isSpaceOctet(octet) ? 1 : 0));

export const NAME_CHARACTER = 1;
export const NAME_START = 2;
/** Bits {@link NAME_CHARACTER} and {@link NAME_START}; the colon has none, and neither has an octet above ASCII. */
export const NAME: Uint8Array = table((octet) => {
  const letter = (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a) || octet === 0x5f;
  if (letter) return NAME_CHARACTER | NAME_START;
  return (octet >= 0x30 && octet <= 0x39) || octet === HYPHEN || octet === 0x2e ? NAME_CHARACTER : 0;
});

/** 0 for octets of character data that need no look; `>` is one that does, see `scanRoot` about its sentinel. */
export const TEXT: Uint8Array = table((octet) =>
  isControl(octet) || octet === CR || isOneOf(octet, LESS, AMPERSAND, GREATER) ? 1 : 0,
);

/** 0 for octets of an attribute value that need no look. */
export const VALUE: Uint8Array = table((octet) =>
  isControl(octet) ||
  isOneOf(octet, TAB, LF, CR) ||
  isOneOf(octet, LESS, AMPERSAND, GREATER) ||
  octet === DOUBLE_QUOTE ||
  octet === SINGLE_QUOTE
    ? 1
    : 0,
);

/** 0 for octets inside comments, CDATA sections and processing instructions that need no look. */
export const OPAQUE: Uint8Array = table((octet) =>
  isControl(octet) || isOneOf(octet, HYPHEN, RIGHT_BRACKET, QUESTION) || octet === GREATER ? 1 : 0,
);

function table(classOf: (octet: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => classOf(octet));
}

function isSpaceOctet(octet: number): boolean {
  return octet === BLANK || octet === TAB || octet === LF || octet === CR;
}

function isControl(octet: number): boolean {
  return (octet < BLANK && !isSpaceOctet(octet)) || octet === LEAD_OF_NONCHARACTERS;
}

function isOneOf(octet: number, first: number, second: number, third: number): boolean {
  return octet === first || octet === second || octet === third;
}
