import { describe, expect, it } from 'vitest';
import { expandTexts } from '../../../../packages/plugin-healthcheck/src/plugin/expand.ts';

const variables = { HOST: 'db.local', WORDS: 'two words', EMPTY: '' };
const expanded = (raw: unknown): unknown => expandTexts(raw, { path: ['healthcheck'], variables }).value;

describe('references in a check', () => {
  it.each<[unknown, unknown]>([
    [{ tcp: '${HOST}:5432' }, { tcp: 'db.local:5432' }],
    [
      [{ http: { url: 'http://${HOST}/', headers: { a: '${EMPTY:-b}' } } }],
      [{ http: { url: 'http://db.local/', headers: { a: 'b' } } }],
    ],
    [{ exec: 'test ${WORDS}' }, { exec: ['test', 'two words'] }],
    [{ exec: ['test', '${WORDS}'] }, { exec: ['test', 'two words'] }],
    [
      { exec: { command: `sh -c 'echo $HOME $(id) \${WORDS}'` } },
      { exec: { command: ['sh', '-c', 'echo $HOME $(id) two words'] } },
    ],
    [{ exec: 'plain words' }, { exec: 'plain words' }],
    [
      { http: { body: { matches: '^ok$' } }, interval: 5 },
      { http: { body: { matches: '^ok$' } }, interval: 5 },
    ],
    ['$$5', '$5'],
    [null, null],
  ])('%j becomes %j', (raw, value) => {
    expect(expanded(raw)).toEqual(value);
  });

  it('leave a command that cannot be split to its schema', () => {
    expect(expandTexts({ exec: `sh -c '\${HOST}` }, { path: [], variables })).toEqual({
      value: { exec: `sh -c '\${HOST}` },
      issues: [],
    });
  });

  it('are reported with their place when they cannot be replaced, all of them', () => {
    const { issues } = expandTexts([{ tcp: '${NOT}:1' }, { tcp: '${HOST' }], { path: ['healthcheck'], variables });
    expect(issues.map(({ code, path }) => [code, path])).toEqual([
      ['ERR_CONFIG_VARIABLE', ['healthcheck', 0, 'tcp']],
      ['ERR_CONFIG_VARIABLE', ['healthcheck', 1, 'tcp']],
    ]);
    expect(issues[0]?.message).toMatch(/^cannot use healthcheck\[0\]\.tcp = "\$\{NOT\}:1": .*NOT/);
  });
});
