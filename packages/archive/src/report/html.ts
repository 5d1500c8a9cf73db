/** Text that is safe between tags and in attributes of HTML. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

type Piece = Markup | string | number | readonly Markup[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup with values in it: what is not markup itself is escaped. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const all = texts.map((text, index) => text + (index < pieces.length ? textOf(pieces[index] ?? '') : ''));
  return new Markup(all.join(''));
}

function textOf(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(({ text }) => text).join('');
  return String(piece).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
