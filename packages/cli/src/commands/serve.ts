import type { FaultCode, FaultDetail } from '@parley/core';
import { failedReply, jsonLine } from '@parley/core/internal';
import { CONFIGURATION_SCHEMA, readConfiguration, startGateway } from '@parley/gateway';
import type { Refusal } from '@parley/http';
import type { ServeOptions } from '../declarations/gateway-commands.ts';
import { readInput } from '../options/read-input.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley serve`: until it is told to end. */
export async function serve(
  { config, upstream, egress, schema }: ServeOptions,
  { stdout, stderr, interrupted }: Terminal,
): Promise<ExitStatus> {
  if (schema === true) {
    await stdout.line(JSON.stringify(CONFIGURATION_SCHEMA, undefined, 2));
    return ExitStatus.ok;
  }
  const text = new TextDecoder().decode(await readInput(config));
  const loaded = readConfiguration(text, config, { upstream, service: egress });
  const tell = (line: object): void => {
    void Promise.resolve(stderr.line(jsonLine(line))).then(() => stderr.flush());
  };
  const gateway = await startGateway(loaded, {
    onRefused: (refusal) => tell(refusalLine(refusal)),
    onReloaded: (failure) => tell({ event: 'reloaded', ...(failure && failureOf(failedReply(failure))) }),
  });
  tell({ event: 'listening', port: gateway.port });
  await ended(interrupted);
  await gateway.close();
  await stderr.flush();
  return ExitStatus.ok;
}

function failureOf({ code, detail }: { readonly code: FaultCode; readonly detail: FaultDetail }): object {
  return { code, detail };
}

function refusalLine({ failure, path, status, remoteAddress }: Refusal): object {
  return { event: 'refused', path, status, remoteAddress, ...failureOf(failure) };
}

/** SIGINT is the terminal's; SIGTERM is how services are ended. */
async function ended(interrupted: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => resolve();
    if (interrupted.aborted) end();
    interrupted.addEventListener('abort', end, { once: true });
    process.once('SIGTERM', end);
  });
}
