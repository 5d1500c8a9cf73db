/** The endpoints of recordings: those of live peers, and how the clients that were recorded renew and cancel. */
import type { PeerName } from '@parley/conversation';
import { liveEndpoint } from '../live/endpoints.ts';
import type { Parties } from '../live/parties.ts';
import { hasContext } from '../live/wcf-case.ts';
import { wcfEndpoint } from '../live/wcf-endpoints.ts';
import type { RecordingName } from './recording.ts';
import type { RecordedEndpoint, Under } from './replay.ts';

interface Client {
  readonly peer: PeerName;
  readonly renew: Under;
  readonly cancel: Under;
  readonly keyBits?: number;
}

const METRO: Client = { peer: 'metro', renew: 'bootstrap and context', cancel: 'context' };
const CLIENTS: Readonly<Record<Exclude<RecordingName, 'wcf'>, Client>> = {
  // Its issuer makes keys of 256 bits under every suite.
  cxf: { peer: 'cxf', renew: 'bootstrap', cancel: 'bootstrap', keyBits: 256 },
  liberty: { peer: 'websphere', renew: 'bootstrap and context', cancel: 'bootstrap and context', keyBits: 256 },
  metro: METRO,
  'metro-rm': METRO,
  rampart: { ...METRO, peer: 'rampart' },
};

export function recordedEndpoint(recording: RecordingName, name: string, parties: Parties): RecordedEndpoint {
  if (recording === 'wcf') {
    const call = hasContext(name) ? 'context' : 'bootstrap';
    return {
      ...wcfEndpoint(name, parties),
      under: { call, renew: 'bootstrap and context', cancel: 'context' },
      keyBits: undefined,
    };
  }
  const { peer, renew, cancel, keyBits } = CLIENTS[recording];
  // Rampart makes a key that it encrypts as WSS4J 1.6 does: of 128 bits, unless it is asked for another size.
  const isEncrypted = peer === 'rampart' && name.startsWith('asym-ek-');
  return {
    ...liveEndpoint(peer, name, parties),
    under: { call: 'context', renew, cancel },
    keyBits: isEncrypted ? 128 : keyBits,
  };
}
