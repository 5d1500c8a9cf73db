/** A flame graph as a picture that needs nothing else: who calls stands above, what is wider took longer. */
import type { Frame } from './profiled.ts';

const WIDTH = 1200;
const ROW = 18;
const HEAD = 46;
/** What is narrower is not drawn; what is narrower than the second has no name in it. */
const WIDTH_MIN = 0.6;
const NAMED_MIN = 30;
const CHARACTER = 6.6;

const COLOURS: Readonly<Record<Frame['origin'], readonly [fill: string, said: string]>> = {
  parley: ['#f2b96b', 'Parley'],
  wasm: ['#8ecae6', 'its WebAssembly'],
  native: ['#b7d7a8', 'Node and OpenSSL'],
  collector: ['#d9a5d9', 'garbage collector'],
  other: ['#d9d9d9', 'the benchmark'],
};

/** `root`: all of it. */
export function flameGraph(title: string, root: Frame): string {
  const rows: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, x: number, depth: number): void => {
    const width = (frame.samples / root.samples) * WIDTH;
    if (width < WIDTH_MIN) return;
    deepest = Math.max(deepest, depth);
    rows.push(box(frame, { x, y: HEAD + depth * ROW, width, share: frame.samples / root.samples }));
    let left = x;
    for (const callee of frame.callees) {
      draw(callee, left, depth + 1);
      left += (callee.samples / root.samples) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = HEAD + (deepest + 1) * ROW + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11" role="img">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="4" y="15" font-size="13">${escaped(title)}; ${root.samples} samples</text>
${legend()}
${rows.join('\n')}
</svg>
`;
}

function box(
  { name, origin }: Frame,
  place: { readonly x: number; readonly y: number; readonly width: number; readonly share: number },
): string {
  const { x, y, width, share } = place;
  const characters = Math.floor((width - 4) / CHARACTER);
  const short = name.length > characters ? `${name.slice(0, Math.max(1, characters - 1))}…` : name;
  const text = width < NAMED_MIN ? '' : `<text x="${fixed(x + 2)}" y="${y + 13}">${escaped(short)}</text>`;
  const [fill] = COLOURS[origin];
  const said = `${escaped(name)}: ${(100 * share).toFixed(1)} %`;
  return `<g><title>${said}</title><rect x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="${ROW - 1}" fill="${fill}" stroke="#fff" stroke-width=".5"/>${text}</g>`;
}

function legend(): string {
  return Object.values(COLOURS)
    .map(([fill, said], index) => {
      const x = 4 + index * 160;
      return `<rect x="${x}" y="24" width="12" height="12" fill="${fill}"/><text x="${x + 16}" y="34">${said}</text>`;
    })
    .join('');
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
