import { describe, expect, it } from 'vitest';
import { referenceVersion, runBoth, type Scenario } from './differential.ts';
import { dueScenarios } from './due.scenarios.ts';
import { languageScenarios } from './language.scenarios.ts';
import { rotationScenarios } from './rotation.scenarios.ts';
import { scriptScenarios } from './script.scenarios.ts';

const isRoot = process.geteuid?.() === 0;
const canRun = referenceVersion !== undefined && isRoot;
if (!canRun) {
  const why = referenceVersion === undefined ? 'logrotate is not installed' : 'only root can give files away';
  if (process.env['CI'] !== undefined) throw new Error(`cannot compare with logrotate: ${why}`);
  console.warn(`skipped: comparison with logrotate: ${why}`);
}

describe.runIf(canRun)('the same tree, state and exit status as the C program', () => {
  describe('rotation', () => compareAll(rotationScenarios));
  describe('scripts and mail', () => compareAll(scriptScenarios));
  describe('due', () => compareAll(dueScenarios));
  describe('language', () => compareAll(languageScenarios));
});

function compareAll(scenarios: readonly Scenario[]): void {
  const isOlder = referenceVersion !== undefined && Number(referenceVersion.split('.')[1]) < 22;
  const newer = scenarios.filter(({ since }) => since === '3.22');
  if (isOlder && newer.length > 0) {
    console.warn(`skipped: ${newer.length} scenarios need logrotate 3.22, this is ${referenceVersion}`);
  }
  for (const scenario of scenarios) {
    it.skipIf(isOlder && scenario.since !== undefined)(scenario.name, () => {
      const { reference, ours } = runBoth(scenario);
      const compared = ({ errors, ...rest }: typeof ours): object =>
        scenario.otherMessages === undefined ? { ...rest, errors } : rest;
      expect(compared(ours)).toEqual(compared(reference));
    });
  }
}
