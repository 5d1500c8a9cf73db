import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { BigIntStats, WriteStream } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '@parley/core';
import { TextOutput } from './text-output.ts';

export interface WholeFileOptions {
  /** Whether it may take the place of a file that is there. */
  readonly replace: boolean;
  /** Whether the file that is there is one that is read: it never takes the place of that. */
  readonly isInput: (there: BigIntStats) => Promise<boolean>;
}

/** Lines for a file that has its name only once it is whole; until then they stand beside it under another. */
export class WholeFile {
  readonly output: TextOutput;
  readonly #place: Place | undefined;

  private constructor(output: TextOutput, place?: Place) {
    this.output = output;
    this.#place = place;
  }

  /**
   * Begins the file that is to be called `path`, readable by its owner only. What is no file (a pipe, a device) is written
   * to as it is.
   * @throws Fault `caller.output-exists`, `caller.output-is-input`, `caller.output-unwritable`
   */
  static async create(path: string, { replace, isInput }: WholeFileOptions): Promise<WholeFile> {
    const there = await statusOf(path);
    if (there?.isFile() === true && (await isInput(there))) throw new Fault('caller.output-is-input', { file: path });
    if (there?.isDirectory() === true) throw unwritable(path, 'it is a folder');
    if (there !== undefined && !there.isFile()) return new WholeFile(new TextOutput(createWriteStream(path), path));
    if (!replace && (await isNamed(path))) throw new Fault('caller.output-exists', { file: path });
    // What a link leads to is replaced, not the link.
    const target = there === undefined ? await newPlace(path) : await realpath(path);
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
    const stream = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
    await once(stream, 'open').catch((error: unknown) => {
      throw unwritable(path, codeOf(error));
    });
    return new WholeFile(new TextOutput(stream, path), { path, target, temporary, stream, replace });
  }

  /** Puts what was written on the disk, and gives it its name. @throws Fault `caller.output-unwritable`, `caller.output-exists` */
  async keep(): Promise<void> {
    await this.output.close();
    if (this.#place === undefined) return;
    const { path, target, temporary, stream, replace } = this.#place;
    try {
      // It is on the disk when the stream is closed, not when it has ended.
      if (!stream.closed) await once(stream, 'close');
      if (replace) await rename(temporary, target);
      else await renameToNew(temporary, target);
    } catch (error) {
      throw codeOf(error) === 'EEXIST'
        ? new Fault('caller.output-exists', { file: path })
        : unwritable(path, codeOf(error));
    }
    await syncFolder(dirname(target));
  }

  /** Leaves nothing of it, unless it was kept. */
  async discard(): Promise<void> {
    if (this.#place === undefined) return;
    const { stream, temporary } = this.#place;
    stream.destroy();
    if (!stream.closed) await once(stream, 'close').catch(() => undefined);
    await rm(temporary, { force: true });
  }
}

interface Place {
  /** As it was given. */
  readonly path: string;
  readonly target: string;
  readonly temporary: string;
  readonly stream: WriteStream;
  readonly replace: boolean;
}

async function statusOf(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

/** Where a file that is not there will be; what leads through links and back is not where it seems. */
async function newPlace(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch((error: unknown) => {
    throw unwritable(path, codeOf(error));
  });
  return join(folder, basename(path));
}

/** A link that leads nowhere is there too. */
async function isNamed(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** As `rename`, but what got the name in the meantime keeps it. */
async function renameToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
    await rm(from);
  } catch (error) {
    // Not every file system has links.
    if (codeOf(error) === 'EEXIST' || (await isNamed(to))) throw error;
    await rename(from, to);
  }
}

/** So that the name is on the disk as well; where folders cannot be opened, that is left to the system. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function unwritable(file: string, reason: string): Fault {
  return new Fault('caller.output-unwritable', { file, reason });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
