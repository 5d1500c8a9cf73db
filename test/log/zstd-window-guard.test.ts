import { describe, expect, test } from 'vitest';
import { ZstdWindowGuard } from '../../packages/log/src/zstd-window-guard.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame of one raw block and one run of 5 octets, with a checksum. */
const FRAME = [...MAGIC, 0x04, 0x58, 0x10, 0, 0, 1, 2, 0x2b, 0, 0, 7, 9, 9, 9, 9];
const SKIPPED = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 1, 1];
const HUGE_WINDOW = [...MAGIC, 0x00, 0xa0];
/** A single segment of 2^32 octets. */
const HUGE_SEGMENT = [...MAGIC, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0];

function watch(octets: readonly number[], pieceBytes: number): void {
  const guard = new ZstdWindowGuard('x.zst');
  for (let start = 0; start < octets.length; start += pieceBytes)
    guard.watch(Uint8Array.from(octets.slice(start, start + pieceBytes)));
}

describe('T59: ZstdWindowGuard', () => {
  test.each([1, 2, 5, 1000])(
    'finds the frame that asks for too much wherever it stands, in pieces of %i',
    (pieceBytes) => {
      expect(() => watch([...FRAME, ...SKIPPED, ...FRAME], pieceBytes)).not.toThrow();
      for (const huge of [HUGE_WINDOW, HUGE_SEGMENT]) {
        expect(() => watch([...FRAME, ...SKIPPED, ...FRAME, ...huge], pieceBytes)).toThrow(
          expect.objectContaining({ code: 'caller.input-invalid' }),
        );
        expect(() => watch([...FRAME, ...huge], pieceBytes)).toThrow(
          expect.objectContaining({ code: 'caller.input-invalid' }),
        );
      }
    },
  );

  test('the largest window passes, the next does not', () => {
    expect(() => watch([...MAGIC, 0x00, 17 << 3], 1)).not.toThrow();
    expect(() => watch([...MAGIC, 0x00, (17 << 3) | 1], 1)).toThrow(
      expect.objectContaining({ code: 'caller.input-invalid' }),
    );
  });
});
