import { didYouMean, type ExposedMethod } from '@tappet/core';
import type { ServiceAction } from './engine/action.ts';
import { compilePattern } from './language/pattern.ts';
import { sameName } from './model/configuration.ts';
import { reportServices, type ServiceReport } from './report/service-report.ts';
import { reportText, statusText, summaryText } from './report/text.ts';
import { figuresOf } from './report/figures.ts';
import type { MethodName } from './method-names.ts';
import type { Session } from './session.ts';

const ACTIONS: readonly ServiceAction[] = ['start', 'stop', 'restart', 'monitor', 'unmonitor'];

/** The methods that `tappet monit …` calls. Each throws an Error with the reason. */
export function sessionMethods(session: Session): Readonly<Record<MethodName, ExposedMethod>> {
  return {
    status: (params) => {
      const reports = session.full(chosen(session, params));
      return { text: statusText(reports, session.server()), services: reports.map(plainReport) };
    },
    summary: (params) => {
      const reports = chosen(session, params);
      return { text: summaryText(reports, session.server()), services: reports.map(plainReport) };
    },
    report: (params) => {
      const type = typeof params['type'] === 'string' ? params['type'] : '';
      const text = reportText(chosen(session, params), type);
      if (text === undefined) throw new Error(`there is no report "${type}"`);
      return { text };
    },
    file: () => ({ controlFile: session.server().controlFile }),
    validate: () => {
      session.watch?.cycle();
      return { cycles: session.watch?.cycles ?? 0 };
    },
    act: async (params) => {
      const action = ACTIONS.find((candidate) => candidate === params['action']);
      if (action === undefined) throw new Error(`there is no action "${String(params['action'])}"`);
      const reports = chosen(session, params);
      const results = await Promise.all(reports.map((report) => act(session, action, report)));
      return { results };
    },
  };
}

async function act(session: Session, action: ServiceAction, { service }: ServiceReport): Promise<object> {
  const steps =
    (await session.watch?.order(action, service.name, { actor: 'user', reason: `tappet monit ${action}` })) ?? [];
  const problem = steps.find(({ ok }) => !ok);
  return { service: service.name, ok: problem === undefined, message: problem?.message ?? steps.at(-1)?.message ?? '' };
}

/** The services that `names` and `group` mean: all of them without either. */
function chosen(session: Session, params: Readonly<Record<string, unknown>>): ServiceReport[] {
  const all = session.watch === undefined ? [] : reportServices(session.watch);
  const { names, group } = params;
  const wanted = Array.isArray(names) ? names.map(String) : [];
  if (typeof group === 'string') {
    const members = all.filter(({ service }) => service.groups.some((name) => sameName(name, group)));
    if (members.length === 0) throw new Error(`there is no group "${group}"`);
    return members;
  }
  if (wanted.length === 0 || (wanted.length === 1 && wanted[0] === 'all')) return all;
  const isMeant = wanted.map(nameTest);
  const found = all.filter(({ service }) => isMeant.some((test) => test(service.name)));
  const unknown = wanted.find((_name, index) => !all.some(({ service }) => isMeant[index]?.(service.name)));
  if (unknown !== undefined) {
    const hint = didYouMean(
      unknown,
      all.map(({ service }) => service.name),
    );
    throw new Error(`nothing that is watched is called "${unknown}"${hint === undefined ? '' : `; ${hint}`}`);
  }
  return found;
}

/** A name, in any case, or a pattern for the whole of it. */
function nameTest(name: string): (candidate: string) => boolean {
  const compiled = compilePattern(`^(${name})$`, 'i');
  return (candidate) => sameName(name, candidate) || (compiled.ok && compiled.pattern.test(candidate));
}

function plainReport(report: ServiceReport): object {
  const { service, monitoring, status, failing } = report;
  return {
    name: service.name,
    type: service.type,
    monitoring,
    status,
    failing,
    figures: Object.fromEntries(figuresOf(report)),
  };
}
