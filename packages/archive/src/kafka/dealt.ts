/** Who reads partitions, and which of them he has a piece of in hand. */
export interface Reader {
  readonly name: string;
  readonly inHand: readonly number[];
}

/**
 * Partitions as they are dealt to readers: who has a piece in hand keeps its partition, lest another begin the same piece; of the rest, whoever has fewest
 * gets the next. The same readers in any order are dealt the same.
 */
export function dealt(
  partitions: readonly number[],
  readers: readonly Reader[],
): ReadonlyMap<string, readonly number[]> {
  const ordered = [...readers].sort((left, right) => (left.name < right.name ? -1 : 1));
  const hands = new Map<string, number[]>(ordered.map(({ name }) => [name, []]));
  const free = new Set(partitions);
  for (const { name, inHand } of ordered)
    for (const partition of inHand) if (free.delete(partition)) hands.get(name)?.push(partition);
  for (const partition of free) fewestOf([...hands.values()])?.push(partition);
  return hands;
}

function fewestOf(hands: readonly number[][]): number[] | undefined {
  return hands.reduce<number[] | undefined>(
    (fewest, hand) => (fewest === undefined || hand.length < fewest.length ? hand : fewest),
    undefined,
  );
}
