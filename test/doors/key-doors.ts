/** Key-encryption keys that are wrapped. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createWrappedKeyFile,
  keyEncryptionKeyFromFile,
  keyEncryptionKeyFromWrappedText,
  rewrapKeyFile,
} from '@parley/sealing';
import { keyWrapper } from '../stores/key-wrapper.ts';
import { type Door, door } from './door.ts';

const wrapper = keyWrapper({ 'kek.2026': 1, 'kek.2027': 2 });
const file = path.join(mkdtempSync(path.join(tmpdir(), 'parley-doors-')), 'kek');
await createWrappedKeyFile(file, wrapper);
const WRAPPER_OPEN = { open: ['1'], kept: ['0'] };

export const KEY_DOORS: Readonly<Record<string, Door>> = {
  'sealing.createWrappedKeyFile': door(createWrappedKeyFile, [file, wrapper], {
    ...WRAPPER_OPEN,
    refused: /^caller\.output-unwritable$/,
  }),
  'sealing.keyEncryptionKeyFromFile': door(keyEncryptionKeyFromFile, [file, wrapper], {
    ...WRAPPER_OPEN,
    refused: /^caller\.keys-invalid$/,
  }),
  'sealing.keyEncryptionKeyFromWrappedText': door(
    keyEncryptionKeyFromWrappedText,
    [readFileSync(file, 'utf8'), wrapper],
    WRAPPER_OPEN,
  ),
  'sealing.rewrapKeyFile': door(rewrapKeyFile, [file, wrapper], WRAPPER_OPEN),
};

/** Stores call it, with what is theirs. */
const BY_STORES = 'called by stores alone';
export const KEY_REASONS: Readonly<Record<string, string>> = {
  'sealing.MemoryWitness': 'takes nothing',
  'sealing.MemoryWitness#newest': BY_STORES,
  'sealing.MemoryWitness#saw': BY_STORES,
  'sealing.MemoryWitness#wrote': BY_STORES,
};
