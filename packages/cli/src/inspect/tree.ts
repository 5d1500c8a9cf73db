/** A text with texts below it. */
export interface Tree {
  readonly label: string;
  readonly children?: readonly Tree[];
}

/** The lines of `tree`, its branches drawn. */
export function treeLines(tree: Tree): readonly string[] {
  return [tree.label, ...branches(tree.children ?? [])];
}

function branches(trees: readonly Tree[]): string[] {
  return trees.flatMap((tree, index) => {
    const isLast = index === trees.length - 1;
    const [first = '', ...rest] = treeLines(tree);
    return [`${isLast ? '└─ ' : '├─ '}${first}`, ...rest.map((line) => `${isLast ? '   ' : '│  '}${line}`)];
  });
}
