import type { Server } from 'node:http';
import https from 'node:https';
import type { Fault, Logger } from '@parley/core';
import type { LoadedConfiguration } from '../configuration/read-configuration.ts';
import { Files } from '../credentials/pem-files.ts';
import type { Endpoints } from './endpoints.ts';
import { tlsOf } from './listening.ts';

interface Reloaded {
  readonly endpoints: Endpoints;
  readonly server: Server;
  readonly logger: Required<Logger>;
  readonly onReloaded: ((failure: Fault | undefined) => void) | undefined;
}

/** Reads all files again and takes them into use, or none of them; gives the names of those in use. */
export function reloading(
  { folder, configuration }: LoadedConfiguration,
  first: Files,
  { endpoints, server, logger, onReloaded }: Reloaded,
): () => Promise<ReadonlySet<string>> {
  let files = first;
  const tell = (failure: Fault | undefined): void => {
    if (failure === undefined) logger.info({}, 'reloaded');
    else logger.error({ code: failure.code, detail: failure.detail }, 'reloaded');
    try {
      onReloaded?.(failure);
    } catch {
      // A logger that fails is no reason to serve no longer.
    }
  };
  return async () => {
    const again = new Files(folder);
    try {
      const changed = await tlsOf(configuration, again);
      await endpoints.load(again);
      if (changed !== undefined && server instanceof https.Server) server.setSecureContext(changed);
      files = again;
      tell(undefined);
    } catch (error) {
      tell(error as Fault);
    }
    return files.read;
  };
}
