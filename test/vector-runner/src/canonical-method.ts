/** The six canonicalization algorithms by their URI. */
import type { CanonicalisationOptions } from '@parley/codec';

const METHODS: ReadonlyMap<string, CanonicalisationOptions> = new Map<string, CanonicalisationOptions>([
  ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', { method: 'inclusive' }],
  ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments', { method: 'inclusive', comments: true }],
  ['http://www.w3.org/2006/12/xml-c14n11', { method: 'inclusive-1.1' }],
  ['http://www.w3.org/2006/12/xml-c14n11#WithComments', { method: 'inclusive-1.1', comments: true }],
  ['http://www.w3.org/2001/10/xml-exc-c14n#', { method: 'exclusive' }],
  ['http://www.w3.org/2001/10/xml-exc-c14n#WithComments', { method: 'exclusive', comments: true }],
]);

/** What `uri` asks of our canonicaliser; `undefined` if it is none of the six. */
export function canonicalMethod(uri: string): CanonicalisationOptions | undefined {
  return METHODS.get(uri);
}
