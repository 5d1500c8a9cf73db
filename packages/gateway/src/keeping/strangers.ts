import type { Socket } from 'node:net';
import { OldestFirst } from '@parley/core/internal';

/** Connections at one time on which nothing was asked yet that only a node can ask. */
const STRANGERS_MAX = 64;

/**
 * Connections of whom nobody knows who it is. The one that has waited longest makes room for the next: a node asks as soon as it is connected, and who only
 * holds connections keeps none away.
 */
export class Strangers {
  readonly #sockets = new OldestFirst<Socket, true>();

  admit(socket: Socket): void {
    this.#sockets.put(socket, true);
    socket.once('close', () => this.#sockets.delete(socket));
    const { size, oldest } = this.#sockets;
    if (size > STRANGERS_MAX && oldest !== undefined) {
      this.#sockets.delete(oldest);
      oldest.destroy();
    }
  }

  /** It asked what only a node can ask. */
  know(socket: Socket): void {
    this.#sockets.delete(socket);
  }
}
