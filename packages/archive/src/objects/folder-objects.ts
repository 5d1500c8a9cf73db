import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@parley/core';
import { requireKind, TEXT } from '@parley/core/internal';
import { makeDirectory } from '@parley/sealing/internal';
import type { FoundObject, ObjectRange, ObjectStore } from './object-store.ts';

/** Between what is begun and its name; no name of ours has it. */
const BEGUN = '.part~';

/**
 * Objects as files of a folder, which is made when something is put. Several processes may share it, and machines, where the file
 * system has links that know their names once only.
 * @throws Fault `caller.option-invalid`; its methods `caller.input-unreadable`, `caller.output-unwritable`
 */
export function folderObjects(folder: string): ObjectStore {
  requireKind(TEXT, folder, 'folder');
  return new FolderObjects(path.resolve(folder));
}

class FolderObjects implements ObjectStore {
  readonly location: string;

  constructor(folder: string) {
    this.location = folder;
  }

  async get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined> {
    const file = this.#pathOf(name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'r');
      const start = range?.start ?? 0;
      const end = range?.end ?? (await handle.stat()).size;
      const octets = new Uint8Array(end - start);
      let filled = 0;
      while (filled < octets.length) {
        const { bytesRead } = await handle.read(octets, filled, octets.length - filled, start + filled);
        if (bytesRead === 0) throw new Fault('caller.input-unreadable', { file, reason: 'it is too short' });
        filled += bytesRead;
      }
      return octets;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error instanceof Fault
        ? error
        : new Fault('caller.input-unreadable', { file, reason: codeOf(error) }, error);
    } finally {
      await handle?.close();
    }
  }

  async *stream(name: string): AsyncGenerator<Uint8Array> {
    const file = this.#pathOf(name);
    try {
      yield* createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw new Fault('caller.input-unreadable', { file, reason: codeOf(error) }, error);
    }
  }

  putIfAbsent(name: string, octets: Uint8Array): Promise<boolean> {
    return this.#named(name, octets, async (from, to) => {
      try {
        await link(from, to);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(from, { force: true });
      }
    });
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    await this.#named(name, octets, rename);
  }

  async *list(prefix: string): AsyncGenerator<FoundObject> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for (const name of (await this.#filesBelow(folder)).sort((left, right) => (left < right ? -1 : 1))) {
      if (!name.startsWith(prefix) || name.includes(BEGUN)) continue;
      const found = await stat(this.#pathOf(name)).catch(() => undefined);
      if (found?.isFile() === true) yield { name, sizeBytes: found.size };
    }
  }

  async #filesBelow(folder: string): Promise<string[]> {
    try {
      const entries = await readdir(this.#pathOf(folder), { withFileTypes: true, recursive: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) =>
          path.relative(this.location, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
        );
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw new Fault('caller.input-unreadable', { path: this.#pathOf(folder), reason: codeOf(error) }, error);
    }
  }

  /** Writes beside its place, puts it on the disk, and lets `name` name it. */
  async #named<T>(name: string, octets: Uint8Array, give: (from: string, to: string) => Promise<T>): Promise<T> {
    const target = this.#pathOf(name);
    const temporary = `${target}${BEGUN}${randomBytes(6).toString('hex')}`;
    try {
      await makeDirectory(path.dirname(target));
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(octets);
        await handle.sync();
      } finally {
        await handle.close();
      }
      return await give(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new Fault('caller.output-unwritable', { file: target, reason: codeOf(error) }, error);
    }
  }

  #pathOf(name: string): string {
    const file = path.resolve(this.location, name);
    // safety: a name leads nowhere else.
    if (file !== this.location && !file.startsWith(this.location + path.sep))
      throw new Fault('caller.option-invalid', { option: 'name', reason: 'outside of the folder' });
    return file;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
