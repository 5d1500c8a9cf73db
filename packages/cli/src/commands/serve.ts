import { saidAs } from '@parley/core/internal';
import { CONFIGURATION_SCHEMA, readConfiguration, startGateway } from '@parley/gateway';
import type { ServeOptions } from '../declarations/gateway-commands.ts';
import { readInput } from '../options/read-input.ts';
import { servedTelemetry } from '../telemetry/served-telemetry.ts';
import { endingOf } from '../terminal/ending.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley serve`: until it is told to end. */
export async function serve(
  { config, upstream, egress, schema }: ServeOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const { stdout, stderr } = terminal;
  if (schema === true) {
    await stdout.line(JSON.stringify(CONFIGURATION_SCHEMA, undefined, 2));
    return ExitStatus.ok;
  }
  const text = new TextDecoder().decode(await readInput(config));
  const loaded = saidAs({ service: '--egress' }, () => readConfiguration(text, config, { upstream, service: egress }));
  const options = await servedTelemetry(loaded.configuration.operations ?? {}, stderr);
  const gateway = await startGateway(loaded, options);
  const { port, operationsPort } = gateway;
  options.telemetry?.logger?.info({ port, operationsPort }, 'listening');
  using ending = endingOf(terminal);
  await Promise.race([aborted(ending.signal), gateway.untilDrained()]);
  await gateway.close();
  await stderr.flush();
  return ExitStatus.ok;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
