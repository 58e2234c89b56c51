import { didYouMean } from '@tappet/core';
import type { ServiceNode } from '../language/ast.ts';
import type { IssueList } from '../language/issue-list.ts';
import type { ControlTree } from '../language/parser.ts';

export interface CheckedServices {
  readonly services: readonly ServiceNode[];
  /** For each service the declared names of what it depends on. */
  readonly prerequisites: ReadonlyMap<string, readonly string[]>;
}

/** What the grammar cannot decide: unique names, known dependencies, a host or program with nothing to test. */
export function checkServices(tree: ControlTree, issues: IssueList): CheckedServices {
  const byKey = new Map<string, ServiceNode>();
  for (const service of tree.services) {
    const first = byKey.get(service.name.toLowerCase());
    if (first === undefined) byKey.set(service.name.toLowerCase(), service);
    else reportDuplicate(service, first, issues);
  }
  const services = [...byKey.values()];
  for (const service of services) checkCompleteness(service, issues);
  checkSettings(tree, issues);
  return { services, prerequisites: resolveDependencies(services, byKey, issues) };
}

function reportDuplicate(service: ServiceNode, first: ServiceNode, issues: IssueList): void {
  issues.error({
    at: service.at,
    code: 'ERR_CONFIG_DUPLICATE',
    message: `cannot define the service "${service.name}" again: "${first.name}" stands in ${first.at.file}:${first.at.line}`,
  });
}

function checkCompleteness(service: ServiceNode, issues: IssueList): void {
  if (
    service.type === 'host' &&
    !service.rules.some(({ test }) => test.kind === 'connection' || test.kind === 'ping')
  ) {
    issues.deviation({
      at: service.at,
      code: 'ERR_CONFIG_MISSING',
      message: `cannot check the host "${service.name}": it needs a test of a port, a URL or ping`,
    });
  }
  if (
    service.type === 'program' &&
    !service.rules.some(({ test }) => test.kind === 'status' || test.kind === 'content' || test.kind === 'changed')
  ) {
    issues.deviation({
      at: service.at,
      code: 'ERR_CONFIG_MISSING',
      message: `cannot check the program "${service.name}": it needs a test of its status or content`,
    });
  }
}

function checkSettings({ settings }: ControlTree, issues: IssueList): void {
  if (settings.foreground && settings.pollSeconds === undefined) {
    issues.deviation({
      at: { file: '', line: 1, column: 1 },
      code: 'ERR_CONFIG_MISSING',
      message: 'cannot stay in the foreground ("set init") without a poll time: add "set daemon N"',
    });
  }
  const first = settings.mmonit[0];
  if (first !== undefined && settings.httpd === undefined) {
    issues.warn({
      at: first.at,
      message: 'M/Monit is configured without "set httpd": it could not send commands back',
    });
  }
}

function resolveDependencies(
  services: readonly ServiceNode[],
  byKey: ReadonlyMap<string, ServiceNode>,
  issues: IssueList,
): Map<string, string[]> {
  const resolved = new Map<string, string[]>();
  for (const service of services) {
    const names: string[] = [];
    for (const { at, name } of service.depends) {
      const target = byKey.get(name.toLowerCase());
      if (target !== undefined) {
        if (!names.includes(target.name)) names.push(target.name);
        continue;
      }
      issues.deviation({
        at,
        code: 'ERR_CONFIG_UNKNOWN_SERVICE',
        message: `cannot make "${service.name}" depend on "${name}": there is no such service`,
        hint: didYouMean(
          name,
          services.map((candidate) => candidate.name),
        ),
      });
    }
    resolved.set(service.name, names);
  }
  return resolved;
}
