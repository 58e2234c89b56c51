import { readFileSync } from 'node:fs';
import { loadMonitText } from '@tappet/plugin-monit-compat';
import { describe, expect, it } from 'vitest';
import { memoryFiles, neutralHost } from '../neutral-host.ts';

interface GrammarRows {
  readonly rows: readonly { readonly id: string; readonly accepted: boolean; readonly text: string }[];
}
interface Verdicts {
  readonly verdicts: readonly (readonly [accepted: 0 | 1, text: string])[];
}

const fixtures = new URL('../../../fixtures/monit/', import.meta.url);
const grammar = JSON.parse(readFileSync(new URL('grammar-rows.json', fixtures), 'utf8')) as GrammarRows;
const corpus = JSON.parse(readFileSync(new URL('verdicts.json', fixtures), 'utf8')) as Verdicts;

function isAccepted(text: string, mode: 'strict' | 'lenient'): boolean {
  return loadMonitText(text.endsWith('\n') ? text : `${text}\n`, { mode, host: neutralHost, files: memoryFiles() })
    .accepted;
}

describe('strict mode decides like monit 5.33', () => {
  it.each(grammar.rows)('$id: accepted is $accepted: $text', ({ text, accepted }) => {
    expect(isAccepted(text, 'strict')).toBe(accepted);
  });

  it('for every control file of the corpus', () => {
    const wrong = corpus.verdicts.filter(([accepted, text]) => isAccepted(text, 'strict') !== (accepted === 1));
    expect(wrong).toEqual([]);
    expect(corpus.verdicts.length).toBeGreaterThan(2000);
  });
});

describe('lenient mode', () => {
  it('takes everything that strict mode takes', () => {
    const texts = [
      ...grammar.rows.filter(({ accepted }) => accepted).map(({ text }) => text),
      ...corpus.verdicts.filter(([accepted]) => accepted === 1).map(([, text]) => text),
    ];
    expect(texts.filter((text) => !isAccepted(text, 'lenient'))).toEqual([]);
  });
});
