// Open Liberty with CXF 2.6.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JAVA_OPTIONS } from './java-peer.ts';
import { makeLiveKeys } from './live-keys.ts';
import type { LivePeer, RunningServer } from './live-peer.ts';
import { build, freePort, ready, resultOf, start, stop } from './live-process.ts';

/** Open Liberty with CXF 2.6. Its client is a servlet of its server, which `call` starts for itself. */
export function libertyPeer(): LivePeer | string {
  const built = build('test/interop/live/build-liberty.mjs');
  if (built.missing !== undefined) return built.missing;
  const { output: keys, missing } = makeLiveKeys();
  if (missing !== undefined) return missing;
  const serve = async (): Promise<RunningServer> => {
    const [http, https] = [await freePort(), await freePort()];
    const child = start('bash', [
      path.join(built.output, 'wlp', 'bin', 'server'),
      'run',
      configure(built.output, keys, http, https),
    ]);
    await ready(child, 'Open Liberty', /CWWKF0011I/);
    return { http: `http://127.0.0.1:${http}`, https: `https://127.0.0.1:${https}`, stop: () => stop(child) };
  };
  return {
    serve,
    call: async (endpoints, bases, options = {}) => {
      const own = await serve();
      try {
        const query = new URLSearchParams({ endpoints: endpoints.join(','), ...bases, ...options });
        const answer = await fetch(`${own.http}/client?${query}`);
        return new Map(
          (await answer.text())
            .split('\n')
            .map(resultOf)
            .filter((result) => result !== undefined),
        );
      } finally {
        await own.stop();
      }
    },
  };
}

/** Writes a server of Liberty's that listens there; its name. */
function configure(folder: string, keys: string, http: number, https: number): string {
  const name = `parley-${http}`;
  const server = path.join(folder, 'wlp', 'usr', 'servers', name);
  const made = path.join(folder, 'made');
  rmSync(server, { recursive: true, force: true });
  mkdirSync(path.join(server, 'apps'), { recursive: true });
  cpSync(path.join(made, 'server.xml'), path.join(server, 'server.xml'));
  cpSync(path.join(made, 'parley.war'), path.join(server, 'apps', 'parley.war'));
  const properties = { 'parley.http': http, 'parley.https': https, 'parley.keys': keys };
  writeFileSync(
    path.join(server, 'bootstrap.properties'),
    lines(Object.entries(properties).map((pair) => pair.join('='))),
  );
  const agent = [`-javaagent:${path.join(made, 'agent.jar')}`, `-Dparley.keys=${keys}`];
  const options = [...agent, ...JAVA_OPTIONS, '--add-opens=java.base/java.lang=ALL-UNNAMED'];
  writeFileSync(path.join(server, 'jvm.options'), lines(options));
  return name;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
