/** The certificates, keys and passwords that a configuration file names. */
import type { TrustOptions } from '@parley/core';
import { Secret, Trust } from '@parley/core';
import type { Files } from '@parley/gateway';
import type { GivenCredentials } from './given-credentials.ts';
import type { JudgingFile } from './judging-file-schema.ts';

/** `undefined` when it names none. @throws Fault as `files` does */
export async function credentialsOf(content: JudgingFile, files: Files): Promise<GivenCredentials | undefined> {
  const { trust, known = [], ownKeys = [], issuers = [], passwords = {} } = content;
  const trustOptions = trust === undefined ? undefined : await files.trustOptions(trust, ...known);
  const pairs = await Promise.all(ownKeys.map(({ certificate, key }) => files.keyPair(certificate, key)));
  const issuing = await Promise.all(
    issuers.map(async (issuer) => ({
      name: issuer.name,
      trust: await files.trustOptions(issuer.trust, ...(issuer.known ?? [])),
    })),
  );
  const secrets = new Map<string, Secret>();
  for (const [user, name] of Object.entries(passwords)) secrets.set(user, await passwordIn(files, name));
  if (trustOptions === undefined && pairs.length + issuing.length + secrets.size === 0) return undefined;
  return {
    here: {
      trust: trusted(trustOptions),
      ownKeys: pairs.map(({ own }) => own),
      assertionIssuers: issuing.map(({ name, trust: of }) => ({ name, trust: new Trust(of) })),
      passwords: secrets,
    },
    pool: { trust: trustOptions, ownKeys: pairs.map(({ signature }) => signature.key), assertionIssuers: issuing },
  };
}

function trusted(options: TrustOptions | undefined): Trust | undefined {
  return options === undefined ? undefined : new Trust(options);
}

/** A password is a line: what ends it is no part of it. */
async function passwordIn(files: Files, name: string): Promise<Secret> {
  const octets = await files.octets(name);
  let end = octets.length;
  if (octets[end - 1] === 0x0a) end -= 1;
  if (octets[end - 1] === 0x0d) end -= 1;
  const secret = Secret.copyOf(octets.subarray(0, end));
  octets.fill(0);
  return secret;
}
