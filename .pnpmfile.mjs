// What is packed is for others. It resolves to what was built: the condition `source` is for this repository alone, and would lead the
// compilers of others to our .ts files. It says where it comes from. And what is optional here is theirs to choose: nobody compiles a native module that he did not ask for.
import { repositoryMembers, repositoryUrl } from './scripts/repository.mjs';

export const hooks = {
  beforePacking({ optionalDependencies = {}, ...manifest }) {
    const exports = Object.entries(manifest.exports).map(([door, { source: _, ...conditions }]) =>
      door.endsWith('.json') ? [door, door] : [door, conditions],
    );
    const optional = Object.keys(optionalDependencies).map((name) => [name, { optional: true }]);
    const peers = { ...optionalDependencies, ...manifest.peerDependencies };
    const meta = { ...manifest.peerDependenciesMeta, ...Object.fromEntries(optional) };
    return {
      ...manifest,
      ...repositoryMembers(manifest.name, repositoryUrl()),
      exports: Object.fromEntries(exports),
      ...(Object.keys(peers).length === 0 ? {} : { peerDependencies: peers, peerDependenciesMeta: meta }),
    };
  },
};
