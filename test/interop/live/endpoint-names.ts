/** The endpoints that the Java peers know: see `Policies.java` of each. */
import type { JavaPeerName } from './java-peer.ts';

export type LivePeerName = JavaPeerName | 'liberty';

function combined(...parts: readonly (readonly string[])[]): readonly string[] {
  return parts.reduce((names, part) => names.flatMap((name) => part.map((each) => `${name}-${each}`)));
}

const words = (text: string): readonly string[] => text.split(' ');

const CXF: readonly string[] = [
  ...combined(['x509', 'ut', 'tls'], ['sbe', 'ebs', 'es'], ['13', '10'], ['12', '11']),
  ...combined(['mix'], ['dk', 'nodk'], ['13', '10'], ['12', '11']),
  ...words('x509m-sbe-13-12 x509m-es-10-11 tls-nodk-13-12 tls-gcm-13-12 tls-sha-13-12 tls-sig-13-12 tls-ebses-13-12'),
  ...words('tls-never-13-12 tls-nodk-10-11 tls-sha-10-11 x509-nodk-13-12 x509-sha-13-12 x509-gcm-13-12 ut-sha-13-12'),
  ...words('ut-ebses-13-12 tls-noent-13-12 tls-conf-13-12 tls-conf-10-11 tls-pt-13-12 tls-b128-13-12 tls-wsa04-10-11'),
  ...words('tls-wsa04-13-12 tls-nowsa-13-12 x509-conf-13-12 x509-noent-13-12 mix-conf-13-12 asym-sbe-13-12'),
  ...words('asym-es-13-12 asym-ebs-13-11 asym-es-10-11 asym-sha-13-12'),
];

/** Which Liberty has not: its application is made of the others. */
const CXF_ALONE: readonly string[] = words('asym-ebses-13-12 asym-ebses-10-11 asym-wsa04-13-12 asym-wsa04-10-11');

/** Every endpoint of a peer. */
export const ENDPOINTS: Readonly<Record<LivePeerName, readonly string[]>> = {
  cxf: [...CXF, ...CXF_ALONE],
  // Liberty's CXF knows one WS-Addressing.
  liberty: CXF.filter((name) => !name.includes('-wsa04-')),
  metro: [
    ...combined(['x509', 'ut', 'asym', 'tls'], ['sbe', 'es'], ['13', '10'], ['12']),
    ...words('mix-dk-13-12 mix-nodk-13-12 mix-dk-10-12 mix-nodk-10-11 x509m-sbe-13-12 x509m-es-10-11 x509-sbe-13-11'),
    ...words('tls-sbe-10-11 ut-es-10-11 x509-ebs-13-12 tls-ebs-13-12 ut-ebs-13-12 x509-nodk-13-12 tls-nodk-13-12'),
    ...words(
      'tls-sig-13-12 tls-sha-13-12 x509-sha-13-12 asym-sha-13-12 tls-b128-13-12 x509-b128-10-12 tls-noent-13-12',
    ),
    ...words('tls-conf-13-12 x509-conf-13-12 tls-pt-13-12 tls-never-13-12 tls-renew-13-12 tls-renew-10-12'),
    ...words('x509-renew-13-12 x509-renew-10-12 asym-renew-13-12 mix-renew-13-12'),
    ...combined(['x509', 'ut', 'asym', 'tls'], ['rm'], ['13', '10'], ['12']),
    ...words('mix-rm-13-12 mix-rm-10-12 x509-rmfi-13-12'),
    ...combined(['x509m', 'ut', 'asym', 'tls'], ['rmlone'], ['13', '10'], ['12']),
  ],
  rampart: [
    ...combined(['x509', 'x509m', 'ut', 'asym', 'tls'], ['sbe', 'es'], ['13', '10'], ['12']),
    ...words('mix-dk-13-12 mix-nodk-13-12 mix-dk-10-12 mix-nodk-10-11 x509-sbe-13-11 tls-sbe-10-11 asym-sbe-10-11'),
    ...words('x509-ebs-13-12 tls-ebs-13-12 tls-nodk-13-12 tls-sig-13-12 x509-sig-13-12 tls-sha-13-12 tls-b128-13-12'),
    ...words('tls-own-13-12 asym-ek-13-12 tls-noent-13-12 tls-conf-13-12 x509-conf-13-12 tls-pt-13-12 tls-never-13-12'),
    'tls-norefs-13-12',
  ],
};
