import { Session } from 'node:inspector/promises';
import path from 'node:path';

/** A function as it was called from where it stands in the tree, and what it and all it called took. */
export interface Frame {
  readonly name: string;
  /** `native`: of Node itself, its cryptography among it. */
  readonly origin: 'parley' | 'wasm' | 'native' | 'collector' | 'other';
  /** Samples, with those of its callees. */
  readonly samples: number;
  readonly callees: readonly Frame[];
}

const INTERVAL_US = 100;

/** What `run` spends its time on, called again and again for `ms` after `warmUpMs`; idle time is left out. */
export async function profiled(run: () => unknown, warmUpMs: number, ms: number): Promise<Frame> {
  repeat(run, warmUpMs);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  repeat(run, ms);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return frameOf(profile.nodes);
}

function repeat(run: () => unknown, ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; ) for (let call = 0; call < 32; call++) run();
}

/** A node of a profile of V8. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly hitCount?: number | undefined;
  readonly children?: readonly number[] | undefined;
}

const NOT_WORK = new Set(['(root)', '(program)', '(idle)']);

/** The tree of all that was sampled: calls of one function from one place are one frame, and the widest stands first. */
export function frameOf(nodes: readonly ProfileNode[]): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const calleesOf = (callers: readonly ProfileNode[]): Frame[] => {
    const groups = new Map<string, ProfileNode[]>();
    for (const { children = [] } of callers) {
      for (const node of children.map((id) => byId.get(id)!)) {
        const key = `${nameOf(node)} ${node.callFrame.url}`;
        groups.set(key, [...(groups.get(key) ?? []), node]);
      }
    }
    return [...groups.values()].map(merged).toSorted((one, other) => other.samples - one.samples);
  };
  const merged = (same: readonly ProfileNode[]): Frame => {
    const callees = calleesOf(same);
    const own = NOT_WORK.has(nameOf(same[0]!)) ? 0 : same.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
    const samples = callees.reduce((sum, callee) => sum + callee.samples, own);
    return { name: nameOf(same[0]!), origin: originOf(same[0]!), samples, callees: callees.filter(isSeen) };
  };
  return merged([nodes[0]!]);
}

function isSeen({ samples }: Frame): boolean {
  return samples > 0;
}

function nameOf({ callFrame: { functionName, url } }: ProfileNode): string {
  return functionName === '' ? `(${path.basename(url)})` : functionName;
}

function originOf(node: ProfileNode): Frame['origin'] {
  const { url } = node.callFrame;
  if (nameOf(node) === '(garbage collector)') return 'collector';
  if (url.startsWith('wasm:')) return 'wasm';
  if (url.startsWith('node:') || url === '') return 'native';
  return /\/packages\/\w+\//.test(url) ? 'parley' : 'other';
}
