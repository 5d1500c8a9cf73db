import { port, requireKind, TEXT } from '@parley/core/internal';
import { isLogName } from '@parley/log/internal';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Segment, SegmentSource } from './segment.ts';

const STORE = port<ObjectStore>('list', 'stream');

/**
 * The objects of a store that are logs by their names, in the order of these: each is a segment.
 * @throws Fault `caller.option-invalid`; its methods those of the store
 */
export function objectSegments(store: ObjectStore, prefix = ''): SegmentSource {
  requireKind(STORE, store, 'store');
  requireKind(TEXT, prefix, 'prefix');
  return {
    segments: async () => {
      const segments: Segment[] = [];
      for await (const { name, sizeBytes } of store.list(prefix))
        if (isLogName(name)) segments.push({ name, sizeBytes });
      return segments;
    },
    log: ({ name }) => ({
      name: `${store.location}${store.location.endsWith('/') ? '' : '/'}${name}`,
      octets: store.stream(name),
    }),
  };
}
