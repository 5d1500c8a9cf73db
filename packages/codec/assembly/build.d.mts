/** The text of src/hot/scan-module-octets.ts. */
export function generated(): Promise<string>;
