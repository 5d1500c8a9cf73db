/** What comes of each recording's messages when they are opened in order. */
import type { RecordingName } from './recording.ts';

export interface OutcomeCounts {
  /** Proven, and right. */
  readonly opened: number;
  /** Shaped and fresh, with nothing to prove: TLS protects it. */
  readonly 'over TLS': number;
  /** Faults in clear that nobody signed. */
  readonly 'bare fault': number;
  /** In Fast Infoset, which is no XML: not read. */
  readonly 'fast infoset': number;
  /** Those of `opened` whose text is that of the call. */
  readonly echoes: number;
}

export const EXPECTED_OUTCOMES: Readonly<Record<RecordingName, OutcomeCounts>> = {
  cxf: { opened: 587, 'over TLS': 64, 'bare fault': 51, 'fast infoset': 0, echoes: 440 },
  liberty: { opened: 622, 'over TLS': 27, 'bare fault': 75, 'fast infoset': 0, echoes: 453 },
  metro: { opened: 240, 'over TLS': 22, 'bare fault': 0, 'fast infoset': 88, echoes: 144 },
  'metro-rm': { opened: 82, 'over TLS': 8, 'bare fault': 0, 'fast infoset': 8, echoes: 28 },
  rampart: { opened: 159, 'over TLS': 7, 'bare fault': 6, 'fast infoset': 0, echoes: 86 },
  wcf: { opened: 275, 'over TLS': 13, 'bare fault': 0, 'fast infoset': 0, echoes: 144 },
};

export interface RefusedMessage {
  readonly recording: RecordingName;
  /** `ENDPOINT NUMBER KIND request` or `reply`. */
  readonly message: string;
  readonly code: string;
  readonly reason: string;
}

/** All that is neither of these. */
export const REFUSED_MESSAGES: readonly RefusedMessage[] = [];
