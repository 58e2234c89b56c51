import { type InlineRules, type InlineSource, readInlineRules } from './inline-rules.ts';

/**
 * Inline rules that were read a moment ago, by their text. The check of a configuration and the setup that follows read the same
 * rules, and hundreds of services may have the same ones: each text is read once and its rules are shared.
 */
const readings = new Map<string, InlineRules>();

/** The rules of a service, read only when the same text was not read since {@link forgetReadings}. */
export function readShared({ service, ...text }: InlineSource): InlineRules {
  const key = JSON.stringify(text);
  let read = readings.get(key);
  if (read === undefined) {
    read = readInlineRules({ service, ...text });
    readings.set(key, read);
  }
  return { ...read, node: { ...read.node, name: service } };
}

/** Lets go of what was read: a setup is complete. */
export function forgetReadings(): void {
  readings.clear();
}
