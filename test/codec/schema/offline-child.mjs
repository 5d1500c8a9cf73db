// Validates what would make a less careful validator fetch from ORIGIN or open DECOY, and prints the findings.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaSet, validate, wsSchemas } from '../../../packages/codec/dist/index.js';

const { ORIGIN, DECOY } = process.env;
const { features } = createRequire(new URL('../../../packages/codec/package.json', import.meta.url))('libxmljs2');
const folder = mkdtempSync(join(tmpdir(), 'parley-offline-'));

const octets = (text) => new TextEncoder().encode(text);
const schema = (namespace, content) =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${namespace}">${content}</xs:schema>`;
const message = (hints) =>
  octets(
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${hints}><s:Body><number xmlns="urn:hint" ${hints}>no number</number></s:Body></s:Envelope>`,
  );

try {
  const leaf = join(folder, 'leaf.xsd');
  const user = join(folder, 'user.xsd');
  writeFileSync(leaf, schema('urn:leaf', '<xs:element name="a"/>'));
  writeFileSync(
    user,
    schema('urn:user', `<xs:import namespace="urn:leaf" schemaLocation="${ORIGIN}/leaf.xsd"/><xs:element name="b"/>`),
  );
  const hints = (location) => `xsi:schemaLocation="urn:hint ${location}" xsi:noNamespaceSchemaLocation="${location}"`;
  const result = {
    network: [features.HTTP, features.FTP],
    imported: validate(octets('<b xmlns="urn:user"/>'), new SchemaSet([leaf, user])),
    hinted: validate(message(hints(`${ORIGIN}/hint.xsd`)), wsSchemas('messages')),
    hintedFile: validate(message(hints(DECOY)), wsSchemas('messages')),
    // Were it followed, the decoy would find this:
    described: validate(octets('<number xmlns="urn:hint">no number</number>'), new SchemaSet([DECOY])).length,
  };
  process.stdout.write(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
