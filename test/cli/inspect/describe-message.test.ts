import { readdirSync, readFileSync } from 'node:fs';
import { isFaultCode } from '@parley/core';
import { policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { describeMessage } from '../../../packages/cli/src/inspect/describe-message.ts';
import { descriptionTree } from '../../../packages/cli/src/inspect/description-tree.ts';
import { treeLines } from '../../../packages/cli/src/inspect/tree.ts';

const VECTORS = new URL('../../vectors/', import.meta.url);
const vector = (path: string): Uint8Array => readFileSync(new URL(path, VECTORS));

describe('describeMessage', () => {
  test('a signed message: tokens, derivation, what each reference covers', () => {
    const description = describeMessage(vector('bench/signed-5k.xml'), policyOf());
    expect(description.soapVersion).toBe('1.2');
    expect(description.addressing.map(({ name }) => name)).toContain('wsa:Action');
    const kinds = description.security?.map((item) => item.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['timestamp', 'security-context-token', 'derived-key-token', 'signature']),
    );
    const signature = description.security?.find((item) => item.kind === 'signature');
    expect(signature?.references).toHaveLength(6);
    expect(signature?.references.map((reference) => reference.covers)).toContain('soap:Body');
    expect(signature?.key.map((step) => step.kind)).toEqual(['derived', 'context']);
  });

  test('an encrypted message: what is encrypted, with which key', () => {
    const description = describeMessage(vector('wssc-rampart-transcript/res04.xml'), policyOf());
    expect(description.body?.encrypted).toMatchObject({ target: 'content' });
    expect(description.body?.encrypted?.key.at(-1)).toMatchObject({ kind: 'context' });
  });

  test('every adversarial message is described or refused with a code, and every text of it is printable', () => {
    const folder = new URL('wssc-adversarial/', VECTORS);
    const names = readdirSync(folder).filter((name) => name.endsWith('.xml'));
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      let lines: readonly string[] = [];
      try {
        const description = describeMessage(readFileSync(new URL(name, folder)), policyOf());
        lines = descriptionTree(description).flatMap(treeLines);
      } catch (error) {
        expect(isFaultCode((error as { code: string }).code), `${name}: ${String(error)}`).toBe(true);
      }
      for (const line of lines) expect(line, name).not.toMatch(/\p{Cc}/u);
    }
  });

  test('what is not SOAP is described as such', () => {
    expect(describeMessage(new TextEncoder().encode('<a/>'), policyOf())).toMatchObject({
      soapVersion: undefined,
      security: undefined,
      body: undefined,
    });
  });
});
