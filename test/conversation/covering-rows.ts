/** Rows of choices in which every two values of different choices meet (a covering array of strength two). */

type Table = Readonly<Record<string, readonly unknown[]>>;
export type RowOf<T extends Table> = { readonly [Name in keyof T]: T[Name][number] };

/** Greedy and without chance: each row brings together pairs that have not met. At most `rowsMax`, and then not all of them. */
export function coveringRows<T extends Table>(table: T, rowsMax: number): readonly RowOf<T>[] {
  const sizes = Object.values(table).map((values) => values.length);
  const unmet = new Set<string>();
  for (const [first, firsts] of sizes.entries()) {
    for (let second = first + 1; second < sizes.length; second++) {
      for (let at = 0; at < firsts; at++) {
        for (let other = 0; other < sizes[second]!; other++) unmet.add(pairOf(first, at, second, other));
      }
    }
  }
  const rows: (readonly number[])[] = [];
  for (const pair of unmet) {
    if (rows.length === rowsMax) break;
    // Those that have met since are gone from the set, and from this loop.
    const row = completed(pair, sizes, unmet);
    rows.push(row);
    for (const [first, at] of row.entries())
      for (let second = first + 1; second < row.length; second++) unmet.delete(pairOf(first, at, second, row[second]!));
  }
  const names = Object.keys(table);
  return rows.map(
    (row) => Object.fromEntries(row.map((at, column) => [names[column]!, table[names[column]!]![at]])) as RowOf<T>,
  );
}

function pairOf(first: number, at: number, second: number, other: number): string {
  return first < second ? `${first},${at},${second},${other}` : `${second},${other},${first},${at}`;
}

/** A row with this pair, and for each other column the value that meets the most new ones of those that are chosen. */
function completed(pair: string, sizes: readonly number[], unmet: ReadonlySet<string>): readonly number[] {
  const [first, at, second, other] = pair.split(',').map(Number) as [number, number, number, number];
  const row = new Map([
    [first, at],
    [second, other],
  ]);
  const columns = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]!);
  for (const column of columns) {
    if (row.has(column)) continue;
    const gain = (value: number): number =>
      [...row].filter(([chosen, chosenAt]) => unmet.has(pairOf(column, value, chosen, chosenAt))).length;
    let best = 0;
    for (let value = 1; value < sizes[column]!; value++) if (gain(value) > gain(best)) best = value;
    row.set(column, best);
  }
  return [...sizes.keys()].map((column) => row.get(column)!);
}
