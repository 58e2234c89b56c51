import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { referenceVersion, type Result, runBoth, type Scenario } from './differential.ts';
import { dueScenarios } from './due.scenarios.ts';
import { languageScenarios } from './language.scenarios.ts';
import { rotationScenarios } from './rotation.scenarios.ts';
import { scriptScenarios } from './script.scenarios.ts';

/** What 3.22 did in the scenarios where older versions do something else. Written anew by TAPPET_LOGROTATE_RECORD=1. */
const RECORDED = new URL('../../fixtures/logrotate/recorded-3.22.json', import.meta.url);
const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, Result>;
const isRecording = process.env['TAPPET_LOGROTATE_RECORD'] === '1';

const isRoot = process.geteuid?.() === 0;
const canRun = referenceVersion !== undefined && isRoot;
if (!canRun) {
  const why = referenceVersion === undefined ? 'logrotate is not installed' : 'only root can give files away';
  if (process.env['CI'] !== undefined) throw new Error(`cannot compare with logrotate: ${why}`);
  console.warn(`skipped: comparison with logrotate: ${why}`);
}
const isOlder = referenceVersion !== undefined && Number(referenceVersion.split('.')[1]) < 22;
if (isOlder) console.warn(`logrotate here is ${referenceVersion}: some scenarios are compared with what 3.22 did`);

describe.runIf(canRun)('the same tree, state and exit status as the C program', () => {
  describe('rotation', () => {
    compareAll(rotationScenarios);
  });
  describe('scripts and mail', () => {
    compareAll(scriptScenarios);
  });
  describe('due', () => {
    compareAll(dueScenarios);
  });
  describe('language', () => {
    compareAll(languageScenarios);
  });
  afterAll(() => {
    if (isRecording) writeFileSync(RECORDED, `${JSON.stringify(recorded, undefined, 2)}\n`);
  });
});

function compareAll(scenarios: readonly Scenario[]): void {
  it.each(scenarios)('$name', (scenario) => {
    const { reference, ours } = runBoth(scenario);
    if (isRecording && scenario.since !== undefined) recorded[scenario.name] = reference;
    const expected = isOlder && scenario.since !== undefined ? recorded[scenario.name] : reference;
    expect(expected).toBeDefined();
    const compared = ({ errors, ...rest }: Result): object =>
      scenario.otherMessages === undefined ? { ...rest, errors } : rest;
    expect(compared(ours)).toEqual(expected === undefined ? undefined : compared(expected));
  });
}
