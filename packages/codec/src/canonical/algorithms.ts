import type { CanonicalisationMethod } from './options.ts';

/** What a policy calls a canonical form. */
export type CanonicalisationName = CanonicalisationMethod | `${CanonicalisationMethod}-with-comments`;

/** A canonicalisation algorithm of XML Signature (protocol §4.1). */
export interface CanonicalisationAlgorithm {
  readonly name: CanonicalisationName;
  readonly uri: string;
  readonly method: CanonicalisationMethod;
  readonly comments: boolean;
}

/** All of them; the first is the one that WS-Security wants. */
export const CANONICALISATION_ALGORITHMS: readonly CanonicalisationAlgorithm[] = [
  ...pair(
    'exclusive',
    'http://www.w3.org/2001/10/xml-exc-c14n#',
    'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  ),
  ...pair(
    'inclusive',
    'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
  ),
  ...pair('inclusive-1.1', 'http://www.w3.org/2006/12/xml-c14n11', 'http://www.w3.org/2006/12/xml-c14n11#WithComments'),
];

function pair(
  method: CanonicalisationMethod,
  uri: string,
  uriWithComments: string,
): readonly [CanonicalisationAlgorithm, CanonicalisationAlgorithm] {
  return [
    { name: method, uri, method, comments: false },
    { name: `${method}-with-comments`, uri: uriWithComments, method, comments: true },
  ];
}
