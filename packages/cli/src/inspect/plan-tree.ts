import type { Reply } from '@parley/core';
import { printable } from '@parley/core/internal';
import type { MessagePlan } from '@parley/engine';
import { describePlan } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import type { Tree } from './tree.ts';

/** What would be done with the message, for people; nothing when nobody asked. */
export function planTree(plan: Reply<MessagePlan> | undefined): readonly Tree[] {
  if (plan === undefined) return [];
  if (!plan.ok) return [{ label: `plan  refused before any key: ${faultText(plan.code, plan.detail)}` }];
  const children = describePlan(plan.value).map((sentence, index) => ({
    label: `${index + 1}. ${printable(sentence)}`,
  }));
  return [{ label: `plan  with profile ${plan.value.profile}`, children }];
}

/** The same for machines; `null` when nobody asked. */
export function planJson(plan: Reply<MessagePlan> | undefined): unknown {
  if (plan === undefined) return null;
  return plan.ok ? { ok: true, ...plan.value } : { ok: false, code: plan.code, detail: plan.detail };
}
