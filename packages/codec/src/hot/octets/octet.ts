/** Octets that markup is made of, and tables that class all 256 of them. */

export const Octet = {
  tab: 0x09,
  lf: 0x0a,
  cr: 0x0d,
  blank: 0x20,
  bang: 0x21,
  doubleQuote: 0x22,
  hash: 0x23,
  ampersand: 0x26,
  singleQuote: 0x27,
  hyphen: 0x2d,
  slash: 0x2f,
  colon: 0x3a,
  semicolon: 0x3b,
  less: 0x3c,
  equals: 0x3d,
  greater: 0x3e,
  question: 0x3f,
  leftBracket: 0x5b,
  rightBracket: 0x5d,
  /** First octet of U+F000..U+FFFF, and so of U+FFFE and U+FFFF, the only valid UTF-8 above ASCII that XML forbids. */
  leadOfNoncharacters: 0xef,
} as const;

/** 1 for XML white space. */
export const SPACE: Uint8Array = table((octet) => (isSpaceOctet(octet) ? 1 : 0));

export const NAME_CHARACTER = 1;
export const NAME_START = 2;
/** Bits {@link NAME_CHARACTER} and {@link NAME_START}; the colon has none, and neither has an octet above ASCII. */
export const NAME: Uint8Array = table((octet) => {
  const letter = (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a) || octet === 0x5f;
  if (letter) return NAME_CHARACTER | NAME_START;
  return (octet >= 0x30 && octet <= 0x39) || octet === Octet.hyphen || octet === 0x2e ? NAME_CHARACTER : 0;
});

/** 0 for octets of character data that need no look; `>` is one that does, see `scanRoot` about its sentinel. */
export const TEXT: Uint8Array = table((octet) =>
  isControl(octet) || octet === Octet.cr || isOneOf(octet, Octet.less, Octet.ampersand, Octet.greater) ? 1 : 0,
);

/** 0 for octets of an attribute value that need no look. */
export const VALUE: Uint8Array = table((octet) =>
  isControl(octet) ||
  isOneOf(octet, Octet.tab, Octet.lf, Octet.cr) ||
  isOneOf(octet, Octet.less, Octet.ampersand, Octet.greater) ||
  octet === Octet.doubleQuote ||
  octet === Octet.singleQuote
    ? 1
    : 0,
);

/** 0 for octets inside comments, CDATA sections and processing instructions that need no look. */
export const OPAQUE: Uint8Array = table((octet) =>
  isControl(octet) || isOneOf(octet, Octet.hyphen, Octet.rightBracket, Octet.question) || octet === Octet.greater
    ? 1
    : 0,
);

function table(classOf: (octet: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => classOf(octet));
}

function isSpaceOctet(octet: number): boolean {
  return octet === Octet.blank || octet === Octet.tab || octet === Octet.lf || octet === Octet.cr;
}

function isControl(octet: number): boolean {
  return (octet < Octet.blank && !isSpaceOctet(octet)) || octet === Octet.leadOfNoncharacters;
}

function isOneOf(octet: number, first: number, second: number, third: number): boolean {
  return octet === first || octet === second || octet === third;
}
