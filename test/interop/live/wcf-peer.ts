// Microsoft's WCF. Its endpoints are its cases; see wcf/src/Peer.cs.
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeLiveKeys } from './live-keys.ts';
import type { Bases, LivePeer } from './live-peer.ts';
import { build, freePort, ready, resultsOf, start, stop } from './live-process.ts';
import { isOverTls } from './wcf-case.ts';

/** The peer, or why there is none on this machine. */
export function wcfPeer(): LivePeer | string {
  const built = build('test/interop/live/build-wcf.mjs');
  if (built.missing !== undefined) return built.missing;
  const { output: keys, missing } = makeLiveKeys();
  if (missing !== undefined) return missing;
  const env = { ...process.env, MONO_PATH: built.output, PEER_CERTS: keys, FX_TRACE: '1' };
  const mono = (args: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess =>
    start('mono', [path.join(built.output, 'Peer.exe'), ...args], { ...env, ...more });
  return {
    serve: async (endpoints) => {
      const [http, https] = [await freePort(), await freePort()];
      const bases = { http: `http://localhost:${http}`, https: `https://localhost:${https}` };
      const configuration = configure(https, keys);
      const child = mono(['serve', ...addresses(endpoints, bases)], { XDG_CONFIG_HOME: configuration });
      await ready(child, 'WCF');
      const end = async (): Promise<void> => {
        await stop(child);
        rmSync(configuration, { recursive: true });
      };
      return { ...bases, stop: end };
    },
    call: (endpoints, bases) => resultsOf(mono(['call', ...addresses(endpoints, bases)])),
  };
}

/** Each case, and where it is. */
function addresses(endpoints: readonly string[], { http, https }: Bases): readonly string[] {
  return endpoints.flatMap((name) => [name, `${isOverTls(name) ? https : http}/${name}`]);
}

/** A folder of settings in which Mono's listener finds its certificate for TLS at `port`. */
function configure(port: number, keys: string): string {
  const configuration = mkdtempSync(path.join(tmpdir(), 'parley-wcf-'));
  const folder = path.join(configuration, '.mono', 'httplistener');
  mkdirSync(folder, { recursive: true });
  for (const kind of ['cer', 'pvk']) cpSync(path.join(keys, `server.${kind}`), path.join(folder, `${port}.${kind}`));
  return configuration;
}
