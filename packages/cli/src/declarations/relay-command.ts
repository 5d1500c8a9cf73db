import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumber } from '../options/number-option.ts';
import type { Deed } from '../relay/relay-file.ts';
import { subcommand } from './judging.ts';

export interface RelayOptions extends Partial<Record<Deed, boolean | undefined>> {
  readonly config?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly deadLetters?: string | undefined;
  readonly wait?: number | undefined;
  readonly schema?: boolean | undefined;
}

const WAIT_MAX_SECONDS = 86_400;

const HELP = `
Addresses:
  nats://host:4222/STREAM/CONSUMER   from; nats://host:4222/SUBJECT to
  kafka://host:9092,host:9092/TOPIC  with ?group=NAME from
  rabbitmq://host:5672/QUEUE         with ?vhost=NAME; with ?exchange=NAME to a routing key
  amqp://host:5672/QUEUE             AMQP 1.0: Artemis, RabbitMQ 4, Azure Service Bus
User and password go before the host, and ?tls=true is TLS; with ?password-file=FILE the password is in a file. The client of a bus is
installed beside this command.

The key of a context store comes from kek in the file, else from the environment variable PARLEY_KEK (base64 or hex), else from the file "kek"
beside the store's folder.

SIGTERM and SIGINT end it when what is under way is safe. Standard error has a line of JSON every ten seconds, and one at the end;
also, at the start, while it waits for a bus that is not there (yet).

Exit status: 0 ended by a signal, 2 anything else.

Examples:
  parley relay --config relay.yaml
  parley relay --config relay.yaml --from kafka://kafka:9092/secured --to nats://nats:4222/opened --open`;

/** `parley relay`. */
export function relayCommand(parent: Command, action: (options: RelayOptions) => Promise<void>): Command {
  return subcommand(parent, 'relay')
    .description('Take messages from a bus, open, verify, seal or reseal them, and hand them on to a bus.')
    .option('--config <file>', 'addresses, keys and policy in one file (YAML or JSON); options go before it')
    .option('--from <address>', 'the bus that messages come from')
    .option('--to <address>', 'the bus that results go to')
    .option('--dead-letters <address>', 'the bus that refused messages go to')
    .addOption(
      new Option(
        '--wait <seconds>',
        'how long a bus that is not there at the start is waited for; default: for ever',
      ).argParser(wholeNumber(1, WAIT_MAX_SECONDS)),
    )
    .option('--verify', 'hand on messages as they came')
    .option('--open', 'hand on what was signed of their Body')
    .option('--seal', 'secure envelopes')
    .option('--reseal', 'secure them anew, under another context')
    .option('--schema', 'print the schema of the file, and relay nothing')
    .addHelpText('after', HELP)
    .action(action);
}
