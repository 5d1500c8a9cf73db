/** The public entries of all packages. */
import { ARCHIVE_DOORS, ARCHIVE_REASONS } from './archive-doors.ts';
import { BUS_DOORS, BUS_REASONS } from './bus-doors.ts';
import { CODEC_DOORS, CODEC_REASONS } from './codec-doors.ts';
import { CONVERSATION_DOORS, CONVERSATION_REASONS } from './conversation-doors.ts';
import { CORE_DOORS, CORE_REASONS } from './core-doors.ts';
import type { Door } from './door.ts';
import { ENGINE_DOORS, ENGINE_REASONS, POOL } from './engine-doors.ts';
import { methodsMadeBy, publicCallables } from './exports.ts';
import { GATEWAY_DOORS, GATEWAY_REASONS } from './gateway-doors.ts';
import { HTTP_DOORS, HTTP_REASONS } from './http-doors.ts';
import { KEY_DOORS, KEY_REASONS } from './key-doors.ts';
import { LOG_DOORS, LOG_REASONS } from './log-doors.ts';
import { PKCS11_DOORS, PKCS11_REASONS } from './pkcs11-doors.ts';
import { POSTGRES_DOORS, POSTGRES_REASONS } from './postgres-doors.ts';
import { REDIS_DOORS, REDIS_REASONS } from './redis-doors.ts';
import { REPLAYS, STORE, STORE_DOORS, STORE_REASONS } from './store-doors.ts';
import { TESTING_DOORS, TESTING_REASONS } from './testing-doors.ts';

export const DOORS: Readonly<Record<string, Door>> = {
  ...CORE_DOORS,
  ...CODEC_DOORS,
  ...ENGINE_DOORS,
  ...CONVERSATION_DOORS,
  ...STORE_DOORS,
  ...KEY_DOORS,
  ...HTTP_DOORS,
  ...BUS_DOORS,
  ...LOG_DOORS,
  ...ARCHIVE_DOORS,
  ...TESTING_DOORS,
  ...REDIS_DOORS,
  ...PKCS11_DOORS,
  ...POSTGRES_DOORS,
  ...GATEWAY_DOORS,
};

export const REASONS: Readonly<Record<string, string>> = {
  ...CORE_REASONS,
  ...CODEC_REASONS,
  ...ENGINE_REASONS,
  ...CONVERSATION_REASONS,
  ...STORE_REASONS,
  ...KEY_REASONS,
  ...HTTP_REASONS,
  ...BUS_REASONS,
  ...LOG_REASONS,
  ...ARCHIVE_REASONS,
  ...TESTING_REASONS,
  ...REDIS_REASONS,
  ...PKCS11_REASONS,
  ...POSTGRES_REASONS,
  ...GATEWAY_REASONS,
};

/** All that there are. */
export async function publicEntries(): Promise<readonly string[]> {
  return [
    ...(await publicCallables()),
    ...methodsMadeBy('engine.createPool', POOL),
    ...methodsMadeBy('stores.openLmdbContextStore', STORE).filter((name) => !name.endsWith('#checkKey')),
    ...methodsMadeBy('stores.openLmdbReplayCache', REPLAYS),
  ];
}
