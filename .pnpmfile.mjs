// What is packed resolves to what was built: the condition `source` is for this repository alone, and would lead the
// compilers of others to our .ts files.
export const hooks = {
  beforePacking(manifest) {
    const exports = Object.entries(manifest.exports).map(([door, { source: _, ...conditions }]) => [door, conditions]);
    return { ...manifest, exports: Object.fromEntries(exports) };
  },
};
