// WSS4J in a Java process of its own; see build-peer.mjs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PeerProcess } from './peer-process.ts';

const BUILD = fileURLToPath(new URL('build-peer.mjs', import.meta.url));
/** What the script ends with when this machine lacks something. */
const NO_PEER = 2;

/** The peer, or why there is none on this machine. */
export function startWss4j(): PeerProcess | string {
  return start('wss4j', 'parley.interop.Peer');
}

/** That of an older WSS4J, with SAML. */
export function startWss4jSaml(): PeerProcess | string {
  return start('wss4j-saml', 'parley.interop.SamlPeer');
}

function start(project: string, main: string): PeerProcess | string {
  const built = spawnSync(process.execPath, [BUILD, project], { encoding: 'utf8' });
  if (built.status === NO_PEER) return built.stderr;
  if (built.status !== 0) throw new Error(built.stderr);
  return new PeerProcess('java', ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', built.stdout, main]);
}
