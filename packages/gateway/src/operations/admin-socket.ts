/** The socket of `parley admin`: whoever can open it may cancel and drain, so it is its owner's alone. */
import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { Fault } from '@parley/core';
import { checkOwnership, makeDirectory } from '@parley/sealing/internal';

/**
 * Listens at `socket`. Its folder is made if it is not there; one that others can enter is refused, and so is a socket that somebody
 * listens at. What a process left behind that was killed is replaced.
 * @throws Fault (rejects) `caller.store-permissions`, `caller.option-invalid`
 */
export async function listenAtSocket(socket: string, handler: RequestListener): Promise<Server> {
  const folder = path.dirname(socket);
  await made(folder);
  checkOwnership(folder, await lstat(folder));
  await removeStale(socket);
  const server = http.createServer(handler);
  try {
    server.listen(socket);
    await once(server, 'listening');
    await chmod(socket, 0o600);
    return server;
  } catch (error) {
    throw unusable(socket, error);
  }
}

/** @throws Fault `caller.input-unreadable` there is none; `caller.store-permissions` unless it is a socket that its owner, who we are, alone can open */
export async function checkSocket(socket: string): Promise<void> {
  const folder = path.dirname(socket);
  for (const place of [folder, socket]) {
    const status = await lstat(place).catch((error: unknown) => {
      throw unreachable(socket, error);
    });
    checkOwnership(place, status);
    if (place === socket && !status.isSocket())
      throw new Fault('caller.store-permissions', { path: socket, reason: 'not a socket' });
  }
}

async function made(folder: string): Promise<void> {
  try {
    await makeDirectory(folder);
  } catch (error) {
    throw unusable(folder, error);
  }
}

async function removeStale(socket: string): Promise<void> {
  const status = await lstat(socket).catch(() => undefined);
  if (status === undefined) return;
  if (!status.isSocket())
    throw new Fault('caller.option-invalid', { option: 'socket', path: socket, reason: 'is there' });
  if (await isServed(socket))
    throw new Fault('caller.option-invalid', { option: 'socket', path: socket, reason: 'somebody listens at it' });
  await unlink(socket);
}

async function isServed(socket: string): Promise<boolean> {
  const connection = net.connect(socket);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

/** Nobody is asked there. */
export function unreachable(socket: string, error: unknown): Fault {
  return new Fault('caller.input-unreadable', { path: socket, reason: reasonOf(error) }, error);
}

function unusable(socket: string, error: unknown): Fault {
  return new Fault('caller.option-invalid', { option: 'socket', path: socket, reason: reasonOf(error) }, error);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
