import { jsonLine, printable } from '@parley/core/internal';
import type { AdminRequest } from '@parley/gateway';
import { askGateway } from '@parley/gateway';
import type { AdminActions, AdminOptions } from '../declarations/admin-commands.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import { particular } from '../terminal/fault-text.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Answer = Readonly<Record<string, unknown>>;

/** `parley admin`: each action ends with a status. */
export function adminActions(terminal: Terminal, onEnd: (status: ExitStatus) => void): AdminActions {
  const asking = (request: AdminRequest) => async (socket: string, options: AdminOptions) =>
    onEnd(await ask(terminal, socket, request, [''], options));
  return {
    status: asking('status'),
    list: asking('list'),
    drain: asking('drain'),
    show: async (socket, identifier, options) => onEnd(await ask(terminal, socket, 'show', [identifier], options)),
    cancel: async (socket, identifiers, options) => onEnd(await ask(terminal, socket, 'cancel', identifiers, options)),
  };
}

async function ask(
  { stdout }: Terminal,
  socket: string,
  request: AdminRequest,
  identifiers: readonly string[],
  { json }: AdminOptions,
): Promise<ExitStatus> {
  let status: ExitStatus = ExitStatus.ok;
  for (const identifier of identifiers) {
    for await (const answer of askGateway(socket, request, identifier)) {
      if (answer['state'] === 'damaged' || answer['cancelled'] === false) status = ExitStatus.refused;
      await stdout.line(json === true ? jsonLine(answer) : lineOf(answer));
    }
  }
  return status;
}

/** Names and values, those of a context's line in their order. */
function lineOf(answer: Answer): string {
  const words = Object.entries(answer).map(([name, value]) => `${name}=${particular(name, value)}`);
  return words.map(printable).join('  ');
}
