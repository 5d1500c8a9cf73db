const outlived = new WeakSet<object>();

interface Failing {
  on(event: 'error', listener: () => void): unknown;
}

/**
 * A client that nobody listens to ends the process when its server goes: here each call says so itself. One listener is enough,
 * however many stores are over the client.
 */
export function outliveErrorsOf(client: Failing): void {
  if (outlived.has(client)) return;
  outlived.add(client);
  client.on('error', () => undefined);
}
