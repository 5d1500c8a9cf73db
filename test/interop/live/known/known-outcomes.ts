/** What is known of each peer, by its name in the matrix. */
import { CXF, CXF_STREAMING } from './cxf.ts';
import type { KnownOutcome } from './known-outcome.ts';
import { LIBERTY } from './liberty.ts';
import { METRO } from './metro.ts';
import { RAMPART } from './rampart.ts';
import { WCF } from './wcf.ts';

export const KNOWN_OUTCOMES: Readonly<Record<string, readonly KnownOutcome[]>> = {
  cxf: CXF,
  'cxf streaming': CXF_STREAMING,
  metro: METRO,
  rampart: RAMPART,
  liberty: LIBERTY,
  wcf: WCF,
};
