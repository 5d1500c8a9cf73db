/** What a plain endpoint connects to its secured service with. */
import type { ConnectOptions } from '@parley/http';
import type { PlainEndpoint } from '../configuration/configuration.ts';
import { requireSchema } from '../configuration/read-document.ts';
import { PLAIN_SCHEMA } from '../configuration/schema.ts';
import { Files } from '../credentials/pem-files.ts';
import { initiatorBootstrap } from './initiator-bootstrap.ts';
import { profileOf } from './profile.ts';

/** For `connect`, with files from `folder`. @throws Fault what is wrong with a file */
export async function connectionOf(endpoint: PlainEndpoint, folder: string): Promise<ConnectOptions> {
  requireSchema(endpoint, PLAIN_SCHEMA, 'endpoint');
  return await connectOptions(endpoint, new Files(folder));
}

/** The same with files that are noted. */
export async function connectOptions(endpoint: PlainEndpoint, files: Files): Promise<ConnectOptions> {
  const { soap, version, answerTimeoutMs, tls } = endpoint;
  return {
    bootstrap: await initiatorBootstrap(endpoint.begin, files),
    profile: profileOf(endpoint),
    appliesTo: endpoint.service,
    ...(soap && { soapVersion: soap }),
    ...(version && { version }),
    ...(answerTimeoutMs && { answerTimeoutMs }),
    ...(tls && { tls: await tlsOptions(tls, files) }),
  };
}

async function tlsOptions(
  { trust, certificate, key }: NonNullable<PlainEndpoint['tls']>,
  files: Files,
): Promise<{ readonly ca?: string; readonly cert?: string; readonly key?: string }> {
  return {
    ...(trust && { ca: await files.certificatesText(trust) }),
    ...(certificate && { cert: await files.text(certificate) }),
    ...(key && { key: await files.text(key) }),
  };
}
