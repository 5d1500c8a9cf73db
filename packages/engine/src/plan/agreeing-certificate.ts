import { Fault } from '@parley/core';
import { jointName } from '../claims/certificate-name.ts';
import type { BroughtCertificate, PlannedCertificate } from './planned-key.ts';
import { isMeant } from './planned-key.ts';

/**
 * The certificate that two statements in one KeyInfo mean: what one brings must be what the other one says.
 * @throws Fault `peer.keyinfo-forbidden` they disagree
 */
export function agreeing(left: PlannedCertificate, right: PlannedCertificate): PlannedCertificate {
  if (left.form !== 'name') return confirmed(left, right);
  return right.form === 'name' ? jointName(left, [right]) : confirmed(right, left);
}

function confirmed(brought: BroughtCertificate, other: PlannedCertificate): BroughtCertificate {
  if (!isMeant(other, brought.certificate))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'two statements of different certificates' });
  if (other.form === 'name') return brought;
  return { ...brought, others: [...brought.others, ...other.others] };
}
