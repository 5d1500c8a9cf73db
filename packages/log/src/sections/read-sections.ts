import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { anything, called, optional, requireKind, requireOptions, shapeOf, whole } from '@parley/core/internal';
import { READ_BYTES } from '../file-octets.ts';
import type { LogSource, ReadLogOptions } from '../read-log.ts';
import { isPlainLines, LOG_SOURCE, lineBytesMax, nameOf, oneMessage, openLog, READ_LOG_MEMBERS } from '../read-log.ts';
import { unreadable } from '../unreadable.ts';
import { LineGatherer } from './line-gatherer.ts';
import type { Section } from './section.ts';
import { SectionedLog } from './section.ts';

export interface ReadSectionsOptions extends ReadLogOptions {
  /** Threads that will read; 0 for the calling one. */
  readonly workers: number;
  /** Octets of a section, about; default 2 MiB, and less where there is little to share out. */
  readonly sectionBytes?: number | undefined;
}

const OPTIONS: Kind<ReadSectionsOptions> = shapeOf<ReadSectionsOptions>({
  ...READ_LOG_MEMBERS,
  workers: whole(),
  sectionBytes: optional(whole(1)),
});

const SECTION_BYTES_MAX = 2 * 1024 * 1024;
const STREAM_SECTION_BYTES = 1024 * 1024;
const SECTION_BYTES_MIN = 256 * 1024;
/** Parts of what is left that each thread gets, so that they end together. */
const SHARES = 4;

/**
 * A log in sections, in order, for `verifySections`: ranges of a file of lines, which workers read themselves; whole lines of what
 * is compressed or comes through a pipe; one message. What is said of it is what `readLog` says.
 *
 * @throws Fault as `readLog`
 */
export async function* readSections(source: LogSource, options: ReadSectionsOptions): AsyncGenerator<Section> {
  requireKind(LOG_SOURCE, source, 'source');
  requireOptions(OPTIONS, options, 'options');
  const handle = typeof source === 'string' ? await openedLines(source) : undefined;
  if (handle !== undefined && typeof source === 'string') yield* sectionsOf(handle, source, options);
  else yield* sectionsOfStream(source, options);
}

/** The file, if it is one of lines that are there as they are; else it is read as a stream, and fails as one. */
async function openedLines(path: string): Promise<FileHandle | undefined> {
  // A pipe would have to be waited for.
  const status = await stat(path).catch(() => undefined);
  if (status?.isFile() !== true || status.size === 0) return undefined;
  const handle = await open(path, 'r').catch((error: unknown) => unreadable(path, error));
  try {
    const head = new Uint8Array(READ_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (isPlainLines(path, head.subarray(0, bytesRead))) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function* sectionsOf(handle: FileHandle, path: string, options: ReadSectionsOptions): AsyncGenerator<Section> {
  const log = new SectionedLog(path);
  const file = new OpenFile(handle);
  const { size } = await handle.stat();
  try {
    for (let start = 0; start < size; ) {
      const end = Math.min(size, start + (options.sectionBytes ?? sectionBytes(size - start, options.workers)));
      called('onOctets', anything(), () => options.onOctets?.(end - start));
      yield { kind: 'file', log, fd: file.use(), start, end, release: () => file.release() };
      start = end;
    }
  } finally {
    file.release();
  }
}

function sectionBytes(leftBytes: number, workers: number): number {
  // One thread that does everything does other things in between.
  if (workers === 0) return SECTION_BYTES_MIN;
  return Math.max(SECTION_BYTES_MIN, Math.min(SECTION_BYTES_MAX, Math.ceil(leftBytes / (SHARES * workers))));
}

/** A file that is open as long as somebody uses it. */
class OpenFile {
  readonly #handle: FileHandle;
  #users = 1;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  use(): number {
    this.#users += 1;
    return this.#handle.fd;
  }

  release(): void {
    this.#users -= 1;
    // Nothing was written: there is nothing to be lost.
    if (this.#users === 0) this.#handle.close().catch(() => undefined);
  }
}

async function* sectionsOfStream(source: LogSource, options: ReadSectionsOptions): AsyncGenerator<Section> {
  const messageBytesMax = options.messageBytesMax ?? DEFAULT_LIMITS.messageBytesMax;
  const opened = await openLog(source, options);
  try {
    if (opened.format === 'xml') {
      yield { kind: 'entry', entry: await oneMessage(opened.octets, opened.name, messageBytesMax) };
      return;
    }
    const { sectionBytes = STREAM_SECTION_BYTES } = options;
    const log = new SectionedLog(nameOf(source));
    const gatherer = new LineGatherer(log, sectionBytes, lineBytesMax(messageBytesMax));
    yield* gathered(opened.octets, gatherer);
  } finally {
    opened.close();
  }
}

async function* gathered(octets: AsyncIterable<Uint8Array>, gatherer: LineGatherer): AsyncGenerator<Section> {
  const chunks = octets[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await chunks.next();
      } catch (error) {
        // What stands before the damage is good.
        yield* gatherer.broken();
        throw error;
      }
      if (next.done === true) break;
      yield* gatherer.add(next.value);
    }
    yield* gatherer.end();
  } finally {
    await chunks.return?.();
  }
}
