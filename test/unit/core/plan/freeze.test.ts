import { describe, expect, test } from 'vitest';
import { freezeDraft } from '../../../../packages/core/src/plan/freeze.ts';
import type { Plan, PlanDraft, ServiceSpec } from '../../../../packages/core/src/plan/plan.ts';
import { buildWith, issueLines } from './build-with.ts';

const built = buildWith({
  project: 'shop',
  services: [
    { name: 'web', command: 'x', depends_on: 'db' },
    { name: 'db', command: 'x' },
  ],
}).plan;
const plan: Plan = built!;
const [web, db] = plan.services as readonly [ServiceSpec, ServiceSpec];
const draft = (changes: Partial<PlanDraft>): PlanDraft => ({
  project: plan.project,
  services: plan.services,
  timeouts: plan.timeouts,
  ...changes,
});

describe('what taps of the plan hook asked for', () => {
  test('becomes the plan, frozen, with everything else as it was', () => {
    const sidecar: ServiceSpec = { ...db, name: 'sidecar', env: { A: '1' }, sections: { x: { y: [] } } };
    const timeouts = { ...plan.timeouts, globalShutdownMs: 1 };
    const { plan: next, issues } = freezeDraft(
      draft({ project: 'other', services: [web, db, sidecar], timeouts }),
      plan,
    );
    expect(issues).toEqual([]);
    expect(next).toEqual({ ...plan, services: [web, db, sidecar], timeouts });
    expect(next?.services[0]).toBe(web);
    expect(
      [next, next?.services, next?.services[2], next?.services[2]?.env, next?.timeouts].every(Object.isFrozen),
    ).toBe(true);
    expect(Object.isFrozen(sidecar)).toBe(false);
  });

  test.each<{ summary: string; services: ServiceSpec[]; issues: string[] }>([
    {
      summary: 'a name twice',
      services: [web, db, { ...db }],
      issues: ['ERR_CONFIG_DUPLICATE services.db: cannot have two services named "db"'],
    },
    {
      summary: 'a name',
      services: [db, { ...db, name: 'a b' }],
      issues: ['ERR_CONFIG_TYPE services.a b: cannot name a service "a b"'],
    },
    {
      summary: 'a dependency that was dropped',
      services: [web, { ...db, name: 'db2' }],
      issues: [
        'ERR_CONFIG_UNKNOWN_SERVICE services.web.depends_on: cannot let service "web" depend on "db": there is no such service | did you mean "db2"?',
      ],
    },
    {
      summary: 'a cycle',
      services: [web, { ...db, dependsOn: [{ service: 'web', condition: 'ready', waitAfterMs: 0 }] }],
      issues: [
        'ERR_CONFIG_CYCLE services.web.depends_on: cannot order services that depend on each other: web → db → web | remove one of these dependencies',
      ],
    },
  ])('is refused for $summary', ({ services, issues }) => {
    const result = freezeDraft(draft({ services }), plan);
    expect(issueLines(result)).toEqual(issues);
    expect(result.plan).toBeUndefined();
  });
});
