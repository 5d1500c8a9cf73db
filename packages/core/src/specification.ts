/**
 * The two generations of WS-Trust and WS-SecureConversation. 1.3 and 1.4 share the 200512 namespaces; Feb 2005 is
 * what WCF's wsHttpBinding and older peers speak. One exchange never mixes them.
 */
export type Version = '200512' | '200502';

/** The URIs that differ between the generations. */
export interface VersionUris {
  readonly version: Version;
  readonly trust: string;
  readonly conversation: string;
  /** TokenType and ValueType of a SecurityContextToken. */
  readonly sct: string;
  /** ValueType of a DerivedKeyToken. */
  readonly dkt: string;
  readonly pSha1: string;
  readonly computedKeyPSha1: string;
}

function urisOf(version: Version, trust: string, conversation: string): VersionUris {
  return Object.freeze({
    version,
    trust,
    conversation,
    sct: `${conversation}/sct`,
    dkt: `${conversation}/dk`,
    pSha1: `${conversation}/dk/p_sha1`,
    computedKeyPSha1: `${trust}/CK/PSHA1`,
  });
}

/** The URIs of each generation (protocol: WS-SC §1.2, WS-Trust §2.3). */
export const VERSION_URIS: Readonly<Record<Version, VersionUris>> = Object.freeze({
  '200512': urisOf(
    '200512',
    'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
    'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512',
  ),
  '200502': urisOf('200502', 'http://schemas.xmlsoap.org/ws/2005/02/trust', 'http://schemas.xmlsoap.org/ws/2005/02/sc'),
});
