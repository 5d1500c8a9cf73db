// WSS4J in a Java process of its own; see test/interop/wss4j/build.mjs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PeerProcess } from './peer-process.ts';

const BUILD = fileURLToPath(new URL('wss4j/build.mjs', import.meta.url));
/** What the script ends with when this machine lacks something. */
const NO_PEER = 2;

/** The peer, or why there is none on this machine. */
export function startWss4j(): PeerProcess | string {
  const built = spawnSync(process.execPath, [BUILD], { encoding: 'utf8' });
  if (built.status === NO_PEER) return built.stderr;
  if (built.status !== 0) throw new Error(built.stderr);
  return new PeerProcess('java', [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    built.stdout,
    'parley.interop.Peer',
  ]);
}
