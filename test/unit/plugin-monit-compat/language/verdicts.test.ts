import { readFileSync } from 'node:fs';
import { loadMonitText } from '@tappet/plugin-monit-compat/library';
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

it('a host with loose start and stop forms is accepted, with a warning for each program that is missing', () => {
  const { accepted, issues, configuration } = loadMonitText(
    `check host app_name with address 127.0.0.1
  start "/sbin/start app_name"
  stop "/sbin/stop app_name"
  if failed port 80 protocol HTTP
    request /ok
    with timeout 5 seconds
    then restart
`,
    { mode: 'strict', host: neutralHost, files: memoryFiles() },
  );
  expect(accepted).toBe(true);
  expect(issues.map(({ severity, line }) => [severity, line])).toEqual([
    ['warning', 2],
    ['warning', 3],
  ]);
  expect(configuration.services).toMatchObject([
    {
      start: { argv: ['/sbin/start', 'app_name'] },
      rules: [
        {
          test: { protocol: 'http', http: { request: '/ok' }, timeoutMs: 5000, target: { host: undefined, port: 80 } },
        },
      ],
    },
  ]);
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
