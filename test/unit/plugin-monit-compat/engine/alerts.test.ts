import {
  actionEnvironment,
  beginState,
  carryState,
  evaluateFast,
  type EngineAction,
  formatAlertMail,
  programEnvironment,
  readInlineRules,
  withChanges,
} from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';
import { configure } from '../load.ts';
import { answering, MISSING, present, RUNNING, Simulation } from '../simulate.ts';

type Alert = Extract<EngineAction, { kind: 'alert' }>;

function told(sim: Simulation): string[] {
  return sim.actions
    .filter((action): action is Alert => action.kind === 'alert')
    .flatMap(({ recipients, isReminder }) => recipients.map(({ address }) => (isReminder ? `${address}!` : address)));
}

describe('alerts', () => {
  const HOST = 'check host h address x\n if failed port 80 then alert\n';

  it('go out at the transition, as reminders at each N-th sample, and at the recovery', () => {
    const sim = new Simulation(`set alert a@b reminder on 3 cycles\n${HOST}`);
    const sent = [false, false, false, false, false, false, true, true].map((ok) => {
      sim.pass({ h: answering(ok) });
      return told(sim).join();
    });
    expect(sent).toEqual(['a@b', '', 'a@b!', '', '', 'a@b!', 'a@b', '']);
  });

  it('respect filters, local settings and noalert', () => {
    const sim = new Simulation(
      `set alert all@b\nset alert some@b only on { timeout }\nset alert but@b not on { connection }\nset alert off@b\nset alert here@b not on { connection }\n${HOST} alert here@b on { connection, icmp }\n noalert off@b`,
    );
    sim.pass({ h: answering(false) });
    expect(told(sim).sort()).toEqual(['all@b', 'here@b']);
  });

  it('every action is told, not only "alert"', () => {
    const sim = new Simulation('set alert a@b\ncheck process p pidfile /x');
    sim.pass({ p: MISSING });
    expect(sim.actions).toMatchObject([
      { kind: 'alert', action: 'restart', cause: { label: 'Does not exist' } },
      { kind: 'service', action: 'restart' },
    ]);
  });

  it('fill the variables of their format and never break a header', () => {
    const { services, settings } = configure(
      'set mail-format { from: monit@$HOST\n subject: $SERVICE: $EVENT }\ncheck host h address x\n alert a@b with mail-format { message: $ACTION at $DATE: $DESCRIPTION }\n if failed port 80 then alert',
    );
    const recipient = services[0]?.recipients[0];
    if (recipient === undefined) throw new Error('no recipient');
    const event = {
      service: 'h',
      name: 'connection',
      state: 'failed',
      label: 'Connection failed',
      description: 'line\r\nBcc: x',
      rule: '',
    } as const;
    const mail = formatAlertMail({
      recipient: { ...recipient, format: { ...recipient.format, subject: '$DESCRIPTION' } },
      event,
      action: 'alert',
      format: settings.mailFormat,
      host: 'box',
      date: new Date('2026-01-05T09:03:07'),
    });
    expect(mail).toEqual({
      to: 'a@b',
      from: 'monit@box',
      replyTo: undefined,
      subject: 'line Bcc: x',
      text: 'alert at Mon, 05 Jan 2026 09:03:07: line\r\nBcc: x',
    });
  });
});

describe('variables of programs', () => {
  const date = new Date('2026-01-05T09:03:07');

  it('tell a method what it is run for', () => {
    const [service] = configure('check process p pidfile /x').services;
    if (service === undefined) throw new Error('no service');
    expect(
      actionEnvironment({
        service,
        reason: 'Started',
        sample: present({ identity: { pid: 7, startTicks: 1 }, resources: { memory: 2048, children: 3, cpu: 1.25 } }),
        host: 'box',
        date,
      }),
    ).toEqual({
      MONIT_DATE: 'Mon, 05 Jan 2026 09:03:07',
      MONIT_SERVICE: 'p',
      MONIT_HOST: 'box',
      MONIT_EVENT: 'Started',
      MONIT_DESCRIPTION: 'Started',
      MONIT_PROCESS_PID: '7',
      MONIT_PROCESS_MEMORY: '2',
      MONIT_PROCESS_CHILDREN: '3',
      MONIT_PROCESS_CPU_PERCENT: '1.3',
    });
  });

  it('tell exec the event, and a check program only its name', () => {
    const sim = new Simulation('check program c path /bin/true\nif changed status then exec "/bin/true X"');
    sim.run('c', [present({ status: 0 }), present({ status: 7 })]);
    const action = sim.actions.find(({ kind }) => kind === 'exec');
    const [service] = sim.configuration.services;
    if (service === undefined || action === undefined) throw new Error('no action');
    expect(
      actionEnvironment({ service, reason: action.cause, sample: present({ status: 7 }), host: 'box', date }),
    ).toMatchObject({
      MONIT_EVENT: 'Status changed',
      MONIT_DESCRIPTION: 'status changed from 0 to 7',
      MONIT_PROGRAM_STATUS: '7',
    });
    expect(programEnvironment(service)).toEqual({ MONIT_SERVICE: 'c' });
  });
});

describe('the beginning of a run', () => {
  const configuration = configure(
    'set onreboot start\ncheck process a pidfile /a\ncheck process b pidfile /b\n onreboot nostart\ncheck process c pidfile /c\n onreboot laststate',
  );
  const monitoring = (...args: Parameters<typeof beginState>): string =>
    [...beginState(...args)].map(([name, state]) => `${name}:${state.monitoring}`).join(' ');

  it('without a memory everything begins but the nostart services', () => {
    expect(monitoring(configuration)).toBe('a:init b:no c:init');
  });

  it('within one boot what was off stays off', () => {
    expect(monitoring(configuration, { unmonitored: new Set(['a', 'b', 'c']), isSameBoot: true })).toBe(
      'a:no b:no c:no',
    );
  });

  it('after a boot only laststate remembers', () => {
    expect(monitoring(configuration, { unmonitored: new Set(['a', 'c']), isSameBoot: false })).toBe('a:init b:no c:no');
  });

  it('a reload keeps what is switched off, by name', () => {
    const sim = new Simulation('check process a pidfile /a\ncheck process b pidfile /b');
    sim.pass();
    sim.order('unmonitor', 'a');
    const next = configure('check process a pidfile /other\ncheck process new pidfile /n');
    expect([...carryState(next, sim.state)].map(([name, state]) => `${name}:${state.monitoring}`)).toEqual([
      'a:no',
      'new:init',
    ]);
  });
});

describe('fast rules', () => {
  it('are judged between two passes when one sample decides', () => {
    const { rules, accepted } = readInlineRules({
      service: 'p',
      rules: [
        { rule: 'if memory > 1 MB then restart', fast: true },
        { rule: 'if cpu > 5% for 3 cycles then restart', fast: true },
        'if threads > 5 then restart',
      ],
    });
    expect(accepted).toBe(true);
    const base = configure('check process p pidfile /x');
    const [service] = base.services;
    if (service === undefined) throw new Error('no service');
    const withRules = { ...service, rules };
    const configuration = { ...base, services: [withRules], byName: new Map([['p', withRules]]) };
    const fast = (facts: Parameters<typeof present>[0]): number =>
      evaluateFast({
        configuration,
        state: beginState(configuration),
        service: withRules,
        sample: present(facts),
        wallMs: 0,
      }).actions.filter(({ kind }) => kind === 'service').length;
    expect(fast({ resources: { memory: 2 ** 21 } })).toBe(1);
    expect(fast({ resources: { memory: 1, cpu: 99, threads: 9 } })).toBe(0);
    const exit = evaluateFast({
      configuration,
      state: beginState(configuration),
      service: withRules,
      sample: MISSING,
      wallMs: 0,
    });
    expect(exit.actions).toMatchObject([{ kind: 'service', action: 'restart' }]);
    expect(
      evaluateFast({
        configuration,
        state: withChanges(beginState(configuration), exit.changes),
        service: withRules,
        sample: RUNNING,
        wallMs: 0,
      }).actions,
    ).toEqual([]);
  });
});
