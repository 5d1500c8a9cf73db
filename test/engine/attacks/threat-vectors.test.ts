// The adversarial vectors by the threat that each is an instance of: refused with its code, with nothing fetched on the way.
import childProcess from 'node:child_process';
import dns from 'node:dns';
import fs, { openSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { recordOf, requiredText } from '../../vector-runner/src/json-record.ts';
import { runMessageVector } from '../../vector-runner/src/message-vector.ts';
import { readAliases } from '../../vector-runner/src/reject-code.ts';
import { openSuite, type SuiteFolder } from '../../vector-runner/src/suite-folder.ts';

const folder = openSuite(fileURLToPath(new URL('../../vectors/wssc-adversarial/', import.meta.url)));
const files = new Map<string, Uint8Array>();
// Each file is read once.
const suite: SuiteFolder = {
  ...folder,
  bytes: (file) => {
    const octets = files.get(file) ?? folder.bytes(file);
    files.set(file, octets);
    return octets;
  },
};
const vectors = suite.vectors.map((entry) => recordOf(entry, 'vector'));
const aliases = readAliases();
const idOf = (vector: (typeof vectors)[number]): string => requiredText(vector, 'id');

const THREATS: readonly (readonly [name: string, ids: RegExp])[] = [
  ['T02: the signed Body elsewhere, a forged one in its place', /^xsw-body-/],
  ['T03: a header or the Timestamp wrapped or doubled', /^xsw-(header|timestamp)-/],
  ['T05: an Id twice, under any name of an Id', /^id-|-id-same$|-same-id$/],
  ['T07: no signature, no Security header', /^exclusion-/],
  ['T08: a part that has to be signed and is not', /^coverage-/],
  [
    'T09: two of what there is one of, inside a signature',
    /^two-signedinfo|^signedinfo-|^digestvalue-twice|^sigvalue-child/,
  ],
  ['T10: comments, instructions and CDATA sections inside values', /^xml-(comment|pi|cdata-in)-/],
  ['T11: a key that the message brings along, or none', /^keyinfo-/],
  ['T12: truncated MACs', /^hmacoutputlength-|^sigvalue-truncated-/],
  ['T13: an algorithm of another family than the key', /^alg-sig-rsa/],
  ['T14: weak algorithms', /^alg-.*(md5|ripemd|identity)|^enc-alg-3des/],
  ['T15: algorithms that nobody knows', /^alg-sig-unknown|^dk-unknown-algorithm|^transform-unknown/],
  ['T17: base64 that is not strict', /base64/],
  [
    'T18: numbers and times that only look like some',
    /^ts-(no-zone|js|feb|month|year)|^dk-length-(float|exp|negative)/,
  ],
  ['T20: transforms that choose or change what is signed', /transform/],
  [
    'T22: what would have to be fetched',
    /^ref-(http|https|cid)$|cipherreference|retrievalmethod|external-str|xinclude|xop|replyto-file/,
  ],
  ['T23: references to odd places', /^ref-(xpointer|hash|percent|quote|self|manifest)/],
  ['T25: a namespace name that canonical forms cannot have', /^xml-relative-ns/],
  ['T27: canonical forms with comments', /with-comments/],
  ['T28: canonicalization twice', /double-c14n/],
  ['T30: document types and entities', /^xml-(doctype|xxe|billion|quadratic|undeclared)/],
  ['T31: character references', /^xml-charref-/],
  ['T32: what is too large', /huge|300k|200-tokens|-deep$/],
  [
    'T34: what is not well-formed',
    /^xml-(dup-attr|xmlns|leading|nul|control|lt|cdata-end|double|utf16|latin1|empty|only|cr)/,
  ],
  ['T36: names that objects have', /proto$/],
  ['T37: CBC ciphertext cut and changed', /^enc-cbc-/],
  ['T38: CBC blocks moved', /^enc-cbc-(drop|first)/],
  ['T41: a key for two uses, a cipher for another', /key-reuse|downgrade/],
  ['T42: GCM tags and ciphertexts that are too short or changed', /^enc-gcm-/],
  ['T45: encrypted data in encrypted data', /^enc-nested-/],
  ['T46: plaintext that changes the document', /^enc-plaintext-/],
  ['T47: ciphertext that is elsewhere', /cipherreference/],
  ['T48: derivations that cost', /^dk-(length-1e9|length-2e53|generation-1e9|label-huge)/],
  ['T49: derivations that are weak', /^dk-(length-[01]|nonce|generation-negative)/],
  ['T50: derivations in chains and loops, from tokens out of place', /^dk-(self|chain|200|forward|in-body)/],
  ['T53: keys and tokens of two contexts', /^ctx-(cross|two|instance)/],
  ['T54: contexts that have ended', /^ctx-(cancelled|expired)/],
  ['T57: nothing that could be recognised again', /^messageid-missing/],
  ['T58: times out of the window', /^ts-(future|ten-year|missing|no-expires)/],
  ['T61: answers to a third party', /^addr-replyto/],
  ['T62: a message for somebody else', /^addr-to/],
  ['T63: two versions of SOAP', /^soap-mixed/],
  ['T64: a mandatory header that we do not know', /mustunderstand/],
  ['T84: line breaks in an Identifier', /crlf$/],
];
const OTHERS = /^tamper-|^ctx-identifier-empty|^enc-method-missing|^soap-no-body/;

const runAll = (): readonly string[] =>
  vectors.map((vector) => `${idOf(vector)}: ${runMessageVector(suite, vector, aliases).verdict}`);

describe('refused, with the code of the manifest', () => {
  test.each(THREATS)('%s', (_name, ids) => {
    const chosen = vectors.filter((vector) => ids.test(idOf(vector)));
    expect(chosen.length).toBeGreaterThan(0);
    for (const vector of chosen) {
      expect(runMessageVector(suite, vector, aliases).verdict, idOf(vector)).toMatch(/^(as-expected|alias)$/);
    }
  });

  test('every vector belongs to a threat, or is a plain forgery', () => {
    const left = vectors.map(idOf).filter((id) => !OTHERS.test(id) && !THREATS.some(([, ids]) => ids.test(id)));
    expect(left).toEqual([]);
  });
});

describe('T22: whatever a message says', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  test('no file is opened, no name looked up, no connection made, no process started', () => {
    const before = runAll(); // Every vector's file has been read, and every module loaded.
    const touched: string[] = [];
    const trap = (name: string) => () => {
      touched.push(name);
      throw new Error(name);
    };
    for (const name of [
      'open',
      'openSync',
      'readFile',
      'readFileSync',
      'createReadStream',
      'writeFile',
      'writeFileSync',
    ] as const)
      vi.spyOn(fs, name).mockImplementation(trap(`fs.${name}`) as never);
    for (const name of ['connect', 'createConnection'] as const)
      vi.spyOn(net, name).mockImplementation(trap(`net.${name}`));
    vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(trap('Socket.connect'));
    vi.spyOn(dns, 'lookup').mockImplementation(trap('dns.lookup') as never);
    for (const name of ['request', 'get'] as const) vi.spyOn(http, name).mockImplementation(trap(`http.${name}`));
    for (const name of ['spawn', 'spawnSync'] as const)
      vi.spyOn(childProcess, name).mockImplementation(trap(name) as never);
    syncBuiltinESMExports();
    expect(runAll()).toEqual(before);
    expect(touched).toEqual([]);
    expect(() => openSync('/', 'r')).toThrow('fs.openSync');
  });
});
