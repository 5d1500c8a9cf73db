/** Where contexts and replays are kept: which settings go together. */
import type { GatewayConfiguration } from './configuration.ts';

export interface Misplaced {
  readonly place: string;
  readonly reason: string;
}

/** What is said of contexts and replays, each as whether it is. */
interface Places {
  readonly contexts: boolean;
  readonly folder: boolean;
  readonly server: boolean;
  readonly tokens: boolean;
  readonly revocations: boolean;
  readonly ofServer: boolean;
  readonly name: boolean;
  readonly witness: boolean;
  readonly replays: boolean;
  readonly replayFolder: boolean;
  readonly nodes: boolean;
  readonly ofNodes: boolean;
  readonly isNode: boolean;
}

/** What is wrong, and when. */
const RULES: readonly (Misplaced & { readonly when: (of: Places) => boolean })[] = [
  {
    place: '/contexts',
    reason: 'either folder or server',
    when: (of) => of.contexts && (!of.tokens || of.revocations) && of.folder === of.server,
  },
  {
    place: '/contexts',
    reason: 'tokens without revocations are kept nowhere: neither folder, server nor witness',
    when: (of) => of.tokens && !of.revocations && (of.folder || of.server || of.witness),
  },
  { place: '/contexts', reason: 'password is for a server', when: (of) => !of.server && of.ofServer },
  {
    place: '/contexts',
    reason: 'name is for a server, or for tokens',
    when: (of) => !of.server && !of.tokens && of.name,
  },
  // safety: what one node has seen once, another would take.
  {
    place: '/replays',
    reason: 'replays are on the server that nodes share',
    when: (of) => of.server && (of.replayFolder || of.nodes),
  },
  {
    place: '/replays',
    reason: 'any gateway with the key takes tokens: replays want a folder that they share, nodes, or a server',
    when: (of) => of.tokens && !of.server && !of.replayFolder && !of.nodes,
  },
  { place: '/replays', reason: 'nodes need the key of contexts', when: (of) => of.nodes && !of.contexts },
  { place: '/replays', reason: 'self and listen are for nodes', when: (of) => !of.nodes && of.ofNodes },
  { place: '/replays', reason: 'self is one of nodes', when: (of) => of.nodes && !of.isNode },
  {
    place: '/replays',
    reason: 'folder is missing, or nodes',
    when: (of) => of.replays && !of.server && !of.replayFolder && !of.nodes,
  },
];

/** Settings that do not go together, those first that are told first. */
export function misplaced({ contexts, replays }: GatewayConfiguration): readonly Misplaced[] {
  const { nodes, self, listen } = replays ?? {};
  const of: Places = {
    contexts: contexts !== undefined,
    folder: contexts?.folder !== undefined,
    server: contexts?.server !== undefined,
    tokens: contexts?.tokens !== undefined,
    revocations: contexts?.tokens?.revocations === 'shared',
    ofServer: contexts?.password !== undefined,
    name: contexts?.name !== undefined,
    witness: contexts?.witness !== undefined,
    replays: replays !== undefined,
    replayFolder: replays?.folder !== undefined,
    nodes: nodes !== undefined,
    ofNodes: self !== undefined || listen !== undefined,
    isNode: self !== undefined && Object.hasOwn(nodes ?? {}, self),
  };
  return RULES.filter(({ when }) => when(of));
}
