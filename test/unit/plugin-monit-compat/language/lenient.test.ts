import { describe, expect, it } from 'vitest';
import { load } from '../load.ts';

const PROCESS = 'check process p with pidfile /run/p.pid\n';
const FILE = 'check file f with path /etc/f\n';

describe('lenient mode takes, with a warning, what 5.33 refuses', () => {
  it.each([
    ['a bare keyword as a string', `${PROCESS}if failed gid disk then alert`],
    ['"=" in front of a bare path', `${PROCESS}start program = /bin/true`],
    ['"=" in front of single quotes', `${PROCESS}start program = '/bin/true a b'`],
    ['sha256 sums', `${FILE}if failed sha256 checksum then alert`],
    ['hard links', `${FILE}if hardlink > 1 then alert`],
    ['changed content', `${FILE}if content changed then alert`],
    ['the action ignore', `${PROCESS}if cpu > 1% then ignore`],
    ['a timeout of exec', `${PROCESS}if cpu > 1% then exec "/bin/true" with timeout 3 seconds`],
    ['the limit execTimeout', 'set limits { execTimeout: 10 seconds }'],
    ['steps in a schedule', `${PROCESS}every "*/5 * * * *"`],
    ['host groups', 'set mmonit http://a/c hostgroups ["a", "b"]\nset httpd port 2812'],
    ['a dependency that stands elsewhere', `${PROCESS}depends on elsewhere`],
    ['an unknown group in a test', `${PROCESS}if failed gid crontab then alert`],
    ['a missing poll time', 'set init'],
    ['a bare eventqueue', 'set eventqueue'],
    ['a host without a test', 'check host h address x'],
  ])('%s', (_what, text) => {
    expect(load(text, 'strict').accepted).toBe(false);
    const lenient = load(text, 'lenient');
    expect(lenient.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(lenient.issues.filter(({ severity }) => severity === 'warning').length).toBeGreaterThan(0);
  });

  it('splits the single-quoted form as its writer meant it', () => {
    const { configuration } = load(`${PROCESS}start program = '/bin/true a b'`, 'lenient');
    expect(configuration.services[0]?.start?.argv).toEqual(['/bin/true', 'a', 'b']);
  });

  it('does not enforce a test against a group nobody knows', () => {
    const { configuration } = load(`${PROCESS}if failed gid crontab then alert`, 'lenient');
    expect(configuration.services[0]?.rules[0]?.notEnforced).toContain('crontab');
  });

  it('still refuses to run a program as a user nobody knows', () => {
    expect(load(`${PROCESS}start "/bin/true" as uid nosuch`, 'lenient').accepted).toBe(false);
  });
});
