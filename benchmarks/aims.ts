/** What this run says of the project's aims: one table over all suites. */
import { CXF, TWO_WORKERS, UNSECURED } from './http/http.ts';
import type { Measurement } from './measure.ts';
import { SEAL_FLOOR } from './messages/floor.ts';
import { OPEN, SEAL } from './messages/ours.ts';
import { WSS4J_OPENERS } from './messages/wss4j.ts';
import type { Results } from './results.ts';
import { rssSpread } from './soak/soak.ts';

export interface AimRow {
  readonly what: string;
  readonly unit: string;
  readonly reached: number;
  readonly bound: 'at least' | 'at most';
  readonly wanted: number;
  readonly isMet: boolean;
}

interface Aim extends Pick<AimRow, 'what' | 'unit' | 'bound' | 'wanted'> {
  /** `undefined`: not measured. */
  readonly of: (suites: Results['suites']) => number | undefined;
}

const KNOWN_KEY = 'open, known key';

/** The worst of what was measured of some messages, as a ratio to what it is measured against. */
function worst(rows: readonly Measurement[] | undefined, name: string, messages: RegExp): number | undefined {
  const ratios = (rows ?? []).flatMap((row) =>
    row.name === name && messages.test(row.message ?? '') ? (row.against?.ratio.median ?? []) : [],
  );
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

function floorAim(what: string, messages: RegExp, wanted: number): Aim {
  const of: Aim['of'] = ({ kernels }) => worst(kernels, KNOWN_KEY, messages);
  return { what, unit: 'x crypto floor', bound: 'at most', wanted, of };
}

/** The quickest of those peers, of the message where it comes nearest to us. */
function peerAim(what: string, names: RegExp, messages: RegExp, wanted: number): Aim {
  const nearest = (rows: readonly Measurement[]): number | undefined => {
    const ratios = rows.flatMap((row) =>
      names.test(row.name) && messages.test(row.message ?? '') ? (row.against?.ratio.median ?? []) : [],
    );
    return ratios.length === 0 ? undefined : Math.min(...ratios);
  };
  return {
    what,
    unit: `x ${OPEN}`,
    bound: 'at least',
    wanted,
    of: ({ messages: beside }) => nearest(beside ?? []),
  };
}

/** Calls with two workers to those of another server. */
function httpAim(what: string, beside: string, wanted: number): Aim {
  const of: Aim['of'] = ({ http }) => {
    const [ours, others] = [TWO_WORKERS, beside].map((name) => http?.find(({ server }) => server === name));
    return ours && others && ours.callsPerSecond / others.callsPerSecond;
  };
  return { what, unit: 'x', bound: 'at least', wanted, of };
}

const WSS4J = new RegExp(`^(${WSS4J_OPENERS.join('|')})$`);

const AIMS: readonly Aim[] = [
  floorAim('open, signed, 1 to 5 KB', /signed-[15]k$/, 1.8),
  floorAim('open, signed, 20 KB', /signed-20k$/, 2.2),
  floorAim('open, signed, 100 KB', /signed-100k$/, 2.4),
  floorAim('open, Body in GCM, 1 to 5 KB', /gcm-[15]k$/, 1.9),
  floorAim('open, Body in GCM, 20 KB', /gcm-20k$/, 2.2),
  floorAim('open, Body in CBC, 1 to 5 KB', /cbc-[15]k$/, 2.4),
  {
    what: 'seal, symmetric kinds',
    unit: `x ${SEAL_FLOOR}`,
    bound: 'at most',
    wanted: 2.5,
    of: ({ messages: beside }) => worst(beside, SEAL, /^(cxf|wcf)/),
  },
  peerAim("WSS4J's best open, symmetric kinds", WSS4J, /^(cxf|wcf)/, 8),
  peerAim("WSS4J's best open, x509", WSS4J, /^x509/, 3),
  peerAim('xmlsec, open', /^xmlsec open/, /./, 15),
  peerAim("the JDK's javax.xml.crypto, open", /^JDK open/, /./, 8),
  {
    what: 'xml-crypto, verify',
    unit: `x ${OPEN}`,
    bound: 'at least',
    wanted: 1500,
    of: ({ peers }) => {
      const ours = worst(peers, OPEN, /./);
      return ours === undefined ? undefined : 1 / ours;
    },
  },
  {
    what: 'log from its file: CPU of the calling thread',
    unit: 'us a message',
    bound: 'at most',
    wanted: 1,
    of: ({ log }) => log?.find((row) => row.way === 'sections' && row.workers === 2)?.mainUs?.median,
  },
  {
    what: 'log from its file: two workers to one',
    unit: 'x',
    bound: 'at least',
    wanted: 1.8,
    of: ({ log }) => {
      const wallOf = (workers: number): number | undefined =>
        log?.find((row) => row.way === 'sections' && row.workers === workers)?.wallUs.median;
      const [one, two] = [wallOf(1), wallOf(2)];
      return one === undefined || two === undefined ? undefined : one / two;
    },
  },
  {
    what: 'log from its file, two workers',
    unit: 'messages/s',
    bound: 'at least',
    wanted: 110_000,
    of: ({ log }) => {
      const two = log?.find((row) => row.way === 'sections' && row.workers === 2);
      return two === undefined ? undefined : 1e6 / two.wallUs.median;
    },
  },
  {
    what: 'pool.open, one in flight, one worker',
    unit: 'us',
    bound: 'at most',
    wanted: 150,
    of: ({ pool }) => pool?.find(({ name }) => name === 'pool.open, 1 in flight, 1 worker')?.wallUs.median,
  },
  httpAim('HTTP, two workers to unsecured', UNSECURED, 0.6),
  httpAim('HTTP, two workers to CXF', CXF, 3),
  {
    what: 'soak: memory from its median',
    unit: '%',
    bound: 'at most',
    wanted: 5,
    of: ({ soak }) => (soak?.[0] === undefined ? undefined : 100 * rssSpread(soak[0])),
  },
  {
    what: 'soak: longest stall of the event loop',
    unit: 'ms',
    bound: 'at most',
    wanted: 20,
    of: ({ soak }) => soak?.[0]?.eventLoopDelayMs.max,
  },
];

/** A row for each aim that this run has a figure for. */
export function aimRows({ suites }: Pick<Results, 'suites'>): readonly AimRow[] {
  return AIMS.flatMap(({ of, ...aim }) => {
    const reached = of(suites);
    if (reached === undefined) return [];
    return { ...aim, reached, isMet: aim.bound === 'at least' ? reached >= aim.wanted : reached <= aim.wanted };
  });
}

/** Three significant digits. */
export function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}
