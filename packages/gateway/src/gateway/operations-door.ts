/** Where a gateway is watched and steered. */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadedConfiguration } from '../configuration/read-configuration.ts';
import type { Steered } from '../operations/admin-desk.ts';
import { AdminDesk } from '../operations/admin-desk.ts';
import { listenAtSocket } from '../operations/admin-socket.ts';
import type { Probes } from '../operations/probes.ts';
import { listening } from './listening.ts';

export class OperationsDoor {
  readonly #watching: Server | undefined;
  readonly #steering: Server | undefined;

  private constructor(watching: Server | undefined, steering: Server | undefined) {
    this.#watching = watching;
    this.#steering = steering;
  }

  /** @throws Fault (rejects) `caller.option-invalid`, `caller.store-permissions` */
  static async open(
    { folder, configuration: { operations = {} } }: LoadedConfiguration,
    probes: Probes,
    steered: Steered,
  ): Promise<OperationsDoor> {
    const { listen, socket } = operations;
    const watching = listen && (await listening(undefined, notFoundUnless(probes), listen, 'operations.listen'));
    try {
      if (socket === undefined) return new OperationsDoor(watching, undefined);
      const steering = await listenAtSocket(path.resolve(folder, socket), new AdminDesk(steered).handler);
      return new OperationsDoor(watching, steering);
    } catch (error) {
      watching?.close();
      throw error;
    }
  }

  get port(): number | undefined {
    return (this.#watching?.address() as AddressInfo | null | undefined)?.port;
  }

  async close(): Promise<void> {
    for (const server of [this.#watching, this.#steering]) {
      if (server === undefined) continue;
      // The answer to who told it to end is written, if not sent.
      server.closeIdleConnections();
      server.close();
      await Promise.race([once(server, 'close'), pause(ANSWER_WITHIN_MS, undefined, { ref: false })]);
      server.closeAllConnections();
    }
  }
}

/** How long answers that are on their way may take. */
const ANSWER_WITHIN_MS = 1000;

function notFoundUnless(probes: Probes): RequestListener {
  return (request, response) => {
    if (!probes.take(request, response)) response.writeHead(404).end();
  };
}
