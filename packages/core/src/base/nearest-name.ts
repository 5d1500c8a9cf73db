// Longer ones are no slip of the fingers, and comparing them costs.
const CHARACTERS_MAX = 64;

/** The one of `names` that `given` is most likely meant for, if it is like any: case, hyphens and a few letters apart. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > CHARACTERS_MAX) return undefined;
  const wanted = plain(given);
  let nearest: string | undefined;
  let least = Math.floor(wanted.length / 3) + 1;
  for (const name of names) {
    const candidate = plain(name);
    const distance = wanted.length >= 3 && candidate.startsWith(wanted) ? 1 : editDistance(wanted, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ .]/g, '');
}

/** Letters to insert, leave out, replace, or exchange with their neighbour. */
function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        above[column]! + 1,
        current[column - 1]! + 1,
        above[column - 1]! + (isSame ? 0 : 1),
        isSwapped ? before[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = current;
  }
  return above[to.length]!;
}
