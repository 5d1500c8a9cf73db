/** What closes its connection, too, once it is closed. */
export function withConnection<Port extends { close(): Promise<void> }>(
  port: Port,
  close: () => Promise<void> | void,
): Port {
  return {
    ...port,
    async close() {
      await port.close();
      await close();
    },
  };
}
