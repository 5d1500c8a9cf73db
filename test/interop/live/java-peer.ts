// CXF, Metro and Rampart: one program each, server and client.
import path from 'node:path';
import { makeLiveKeys } from './live-keys.ts';
import type { LivePeer } from './live-peer.ts';
import { build, freePort, ROOT, ready, resultsOf, start, stop } from './live-process.ts';

export type JavaPeerName = 'cxf' | 'metro' | 'rampart';

export const JAVA_OPTIONS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** A Java peer, or why there is none on this machine. */
export function javaPeer(name: JavaPeerName): LivePeer | string {
  const built = build('test/interop/build-peer.mjs', name);
  if (built.missing !== undefined) return built.missing;
  const { output: keys, missing } = makeLiveKeys();
  if (missing !== undefined) return missing;
  const base = name === 'rampart' ? '/axis2/services' : '';
  const repository = name === 'rampart' ? [`repository=${path.join(ROOT, '.parley', name, 'repository')}`] : [];
  const args = (role: string, ...rest: readonly string[]): string[] => [
    ...JAVA_OPTIONS,
    '-Xmx512m',
    '-cp',
    built.output,
    `parley.interop.${name}.Main`,
    role,
    `keys=${keys}`,
    ...repository,
    ...rest,
  ];
  return {
    serve: async (endpoints, options = {}) => {
      const [http, https] = [await freePort(), await freePort()];
      const where = [`http=${http}`, `https=${https}`, `endpoints=${endpoints.join(',')}`];
      const child = start('java', args('server', ...where, ...pairs(options)));
      await ready(child, name);
      return {
        http: `http://127.0.0.1:${http}${base}`,
        https: `https://127.0.0.1:${https}${base}`,
        stop: () => stop(child),
      };
    },
    call: async (endpoints, { http, https }, options = {}) => {
      const where = [`http=${http}`, `https=${https}`, `endpoints=${endpoints.join(',')}`];
      return resultsOf(start('java', args('client', ...where, ...pairs(options))));
    },
  };
}

function pairs(options: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(options).map(([key, value]) => `${key}=${value}`);
}
