import type { XmlWriter } from '@parley/codec';
import { NamespaceBinding } from '@parley/codec';
import type { SignatureAlgorithm } from '@parley/core';
import { digestAlgorithm } from '@parley/core';
import { DSIG_MORE_2007, invariant } from '@parley/core/internal';
import { ALGORITHM, DS } from './names.ts';

const PSS = new NamespaceBinding('pss', DSIG_MORE_2007);
const RSA_PSS_PARAMS = PSS.name('RSAPSSParams');
const MASK_GENERATION_FUNCTION = PSS.name('MaskGenerationFunction');
const SALT_LENGTH = PSS.name('SaltLength');
const TRAILER_FIELD = PSS.name('TrailerField');
const DIGEST_METHOD = DS.name('DigestMethod');

/** pss:RSAPSSParams (RFC 9231 §2.3.9) with nothing left to its defaults; MGF1 has the digest of the message. */
export function writePssParameters(writer: XmlWriter, { hash, saltBytes }: SignatureAlgorithm): void {
  invariant(hash !== undefined, 'RSASSA-PSS has a digest');
  const { uri } = digestAlgorithm(hash);
  writer
    .open(RSA_PSS_PARAMS)
    .element(DIGEST_METHOD, '', [[ALGORITHM, uri]])
    .open(MASK_GENERATION_FUNCTION, [[ALGORITHM, `${DSIG_MORE_2007}MGF1`]])
    .element(DIGEST_METHOD, '', [[ALGORITHM, uri]])
    .close()
    .element(SALT_LENGTH, String(saltBytes))
    .element(TRAILER_FIELD, '1')
    .close();
}
