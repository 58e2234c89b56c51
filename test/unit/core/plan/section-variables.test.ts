import { describe, expect, it } from 'vitest';
import { expandSection, type VariableRules } from '../../../../packages/core/src/plan/section-variables.ts';
import { buildWith, issueLines } from './build-with.ts';

const variables = { HOST: 'db.local', WORDS: 'two words', EMPTY: '' };
const rules: VariableRules = { exec: 'words', 'exec.command': 'words', script: 'keep' };

function expanded(section: unknown): unknown {
  return expandSection(section, { key: 'p', variables, rules }).value;
}

describe('references in a section of a plugin', () => {
  it.each<[string, unknown, unknown]>([
    ['a text', { tcp: '${HOST}:5432' }, { tcp: 'db.local:5432' }],
    [
      'texts at any depth',
      [{ http: { url: 'http://${HOST}/', headers: { a: '${EMPTY:-b}' }, codes: ['${EMPTY:-200}'] } }],
      [{ http: { url: 'http://db.local/', headers: { a: 'b' }, codes: ['200'] } }],
    ],
    ['a section that is a text', '$$5 ${HOST}', '$5 db.local'],
    ['no key', { '${HOST}': 1 }, { '${HOST}': 1 }],
    ['no value twice', { a: '$${HOST}' }, { a: '${HOST}' }],
    ['a command line, word by word', { exec: 'test ${WORDS}' }, { exec: ['test', 'two words'] }],
    [
      'a command line within a table',
      { exec: { command: `sh -c 'echo $HOME $(id) \${WORDS}'` } },
      { exec: { command: ['sh', '-c', 'echo $HOME $(id) two words'] } },
    ],
    ['the items of a command that is a list', { exec: ['test', '${WORDS} x'] }, { exec: ['test', 'two words x'] }],
    ['a command line without any: it stays a text', { exec: 'plain words' }, { exec: 'plain words' }],
    ['`command` elsewhere as a text', { command: 'a ${WORDS}' }, { command: 'a two words' }],
    ['a plain $', { matches: '^ok$', run: '$(id) $HOME' }, { matches: '^ok$', run: '$(id) $HOME' }],
    ['nothing below a key that is kept', { script: { a: ['${HOST} $$'] } }, { script: { a: ['${HOST} $$'] } }],
    ['what is no text', { a: 1, b: null, c: true }, { a: 1, b: null, c: true }],
  ])('replace %s', (_what, section, value) => {
    expect(expanded(section)).toEqual(value);
  });

  it('leave a section without any as it is, the value itself', () => {
    const section = { a: [{ b: 'text' }] };
    expect(expanded(section)).toBe(section);
  });

  it('do not follow a value that holds itself', () => {
    const section: Record<string, unknown> = { a: '${HOST}' };
    section['self'] = section;
    expect(expanded(section)).toMatchObject({ a: 'db.local' });
  });

  it('leave a command that cannot be split to its schema', () => {
    const section = { exec: `sh -c '\${HOST}` };
    expect(expandSection(section, { key: 'p', variables, rules })).toMatchObject({ value: section, problems: [] });
  });

  it('keep a service key whose name has the rule', () => {
    const rule = { rules: 'keep' } as const;
    expect(expandSection(['${HOST}'], { key: 'rules', variables, rules: rule }).value).toEqual(['${HOST}']);
  });
});

describe('sections in a plan', () => {
  const owners = {
    pluginNames: new Set(['p']),
    serviceKeys: new Map([['rules', 'p']]),
    sectionRules: new Map([
      ['p', { script: 'keep' }],
      ['rules', { rules: 'keep' }],
    ] as const),
  };
  const service = (more: object): object => ({ name: 'web', command: '/bin/web', ...more });

  it('have the variables of the supervisor, those of a copy among them', () => {
    const { plan } = buildWith(
      {
        plugins: { p: { url: ':${PORT}', script: 'echo ${PORT}' } },
        services: [
          service({ instances: 2, p: { at: '${HOME}/${INSTANCE}' }, rules: ['${PORT}'] }),
          service({ name: 'db', p: { at: '${HOME}' } }),
        ],
      },
      owners,
    );
    expect(plan?.pluginConfig).toEqual({ p: { url: ':8080', script: 'echo ${PORT}' } });
    expect(plan?.services.map(({ name, sections }) => [name, sections])).toEqual([
      ['web@1', { p: { at: '/root/1' }, rules: ['${PORT}'] }],
      ['web@2', { p: { at: '/root/2' }, rules: ['${PORT}'] }],
      ['db', { p: { at: '/root' } }],
    ]);
  });

  it('are one value for all copies that do not differ', () => {
    const { plan } = buildWith({ services: [service({ instances: 2, p: { at: '${HOME}' } })] }, owners);
    const [one, other] = plan?.services ?? [];
    expect(one?.sections).toBe(other?.sections);
    expect(Object.isFrozen(one?.sections['p'])).toBe(true);
  });

  it('report what cannot be replaced once, where it was written', () => {
    const result = buildWith(
      {
        plugins: { p: { a: ['${NOT}'] } },
        defaults: { p: { below: '${NOT}' } },
        services: [service({ instances: 3, p: { own: '${HOST', [`x`]: { y: '${NOR:?set NOR}' } } })],
      },
      owners,
    );
    expect(issueLines(result)).toEqual([
      expect.stringContaining(
        'ERR_CONFIG_VARIABLE defaults.p.below: cannot expand "p.below" of service "web": the variable NOT',
      ),
      expect.stringContaining(
        'ERR_CONFIG_VARIABLE services[0].p.own: cannot expand "p.own" of service "web": "${HOST" has no',
      ),
      expect.stringContaining(
        'ERR_CONFIG_VARIABLE services[0].p.x.y: cannot expand "p.x.y" of service "web": NOR: set NOR',
      ),
      expect.stringContaining(
        'ERR_CONFIG_VARIABLE plugins.p.a[0]: cannot expand "a[0]" of [plugins.p]: the variable NOT',
      ),
    ]);
  });

  it('are known of a service that has errors of its own', () => {
    const { plan, owned } = buildWith({ services: [{ name: 'web', p: { at: '${PORT}' } }] }, owners);
    expect(plan).toBeUndefined();
    expect(owned.services).toEqual([{ name: 'web', path: ['services', 0], sections: { p: { at: '8080' } } }]);
  });
});
