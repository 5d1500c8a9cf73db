/** What sample messages are judged by, as files. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, sampleKey } from './sample-keys.ts';
import { PASSWORD } from './username-message.ts';

/** Certificates of all, bob's key, and alice's password, in `folder`. */
export function writeCredentialFiles(folder: string): void {
  const bob = sampleKey('bob', 'rsa');
  const files: Readonly<Record<string, string>> = {
    'root.pem': pem('CERTIFICATE', ROOT.der),
    'sts.pem': pem('CERTIFICATE', sampleKey('sts', 'rsa').certificate.der),
    'alice.pem': pem('CERTIFICATE', sampleKey('alice', 'rsa').certificate.der),
    'bob.pem': pem('CERTIFICATE', bob.certificate.der),
    'bob.key': pem('PRIVATE KEY', bob.privateKeyDer),
    'alice.txt': `${PASSWORD}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}

function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;
}
