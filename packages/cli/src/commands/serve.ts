import { CONFIGURATION_SCHEMA, readConfiguration, startGateway } from '@parley/gateway';
import type { ServeOptions } from '../declarations/gateway-commands.ts';
import { readInput } from '../options/read-input.ts';
import { servedTelemetry } from '../telemetry/served-telemetry.ts';
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
  const options = await servedTelemetry(loaded.configuration.operations ?? {}, stderr);
  const gateway = await startGateway(loaded, options);
  const { port, operationsPort } = gateway;
  options.telemetry?.logger?.info({ port, operationsPort }, 'listening');
  await Promise.race([ended(interrupted), gateway.untilDrained()]);
  await gateway.close();
  await stderr.flush();
  return ExitStatus.ok;
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
