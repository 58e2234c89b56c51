import { PROBE_NAMES, PROBES } from '../probes/index.ts';

type Json = Readonly<Record<string, unknown>>;

const DURATION = { anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }] };
const COUNT = { type: 'integer', minimum: 1, maximum: 1000 };

const SETTINGS: Readonly<Record<string, Json>> = {
  name: { type: 'string', pattern: '^[\\w.-]+$', description: 'How events, why and the health endpoint call it.' },
  kind: {
    enum: ['readiness', 'liveness', 'startup'],
    description:
      'Whether the service may be used, is worth keeping, or has come up. Default: readiness, liveness of a heartbeat.',
  },
  heartbeat: {
    ...DURATION,
    description: 'Longest time between two heartbeats that the service pushes, in place of a probe.',
  },
  interval: { ...DURATION, default: '10s', description: 'Time between two attempts.' },
  timeout: { ...DURATION, description: 'Limit on one attempt, shorter than the interval. Default: 3s at most.' },
  initial_delay: {
    ...DURATION,
    description: 'Time before the first attempt. Default: one interval for liveness, else 0.',
  },
  grace: { ...DURATION, default: 0, description: 'Time after that in which failures are not counted.' },
  success_threshold: { ...COUNT, default: 1, description: 'Good results in a row that make it up.' },
  failure_threshold: { ...COUNT, description: 'Bad results in a row that make it down. Default: 3, 1 of a heartbeat.' },
  on_failure: {
    enum: ['restart', 'stop', 'shutdown', 'ignore'],
    description: 'What follows when it goes down. Default: ignore for readiness, else restart.',
  },
  jitter: { type: 'number', minimum: 0, maximum: 1, default: 1, description: 'Share of the interval to spread over.' },
  blame: { type: 'boolean', default: true, description: 'Put failures down to a dependency that fails.' },
};

const CHECK_PROPERTIES: Readonly<Record<string, Json>> = {
  ...SETTINGS,
  ...Object.fromEntries(
    PROBE_NAMES.map((name) => [name, { description: `A probe: its "${PROBES[name].short}", or a table of options.` }]),
  ),
};

/** One check. Options of probes are left to Tappet. */
const CHECK: Json = { type: 'object', properties: CHECK_PROPERTIES, additionalProperties: false };

/** `[services.healthcheck]`, or `[[services.healthcheck]]`. */
export const SERVICE_JSON_SCHEMA: Json = {
  description: 'Checks of this service.',
  anyOf: [CHECK, { type: 'array', items: CHECK }],
};

/** `[plugins.healthcheck]` */
export const CONFIG_JSON_SCHEMA: Json = {
  type: 'object',
  properties: {
    listen: { type: ['string', 'integer'], description: 'Where the health endpoint listens. Default: nowhere.' },
    drain: { ...DURATION, default: 0, description: 'How long services go on after /readyz has turned 503.' },
    history: { ...COUNT, default: 20, description: 'Results kept of each check.' },
    checks: {
      type: 'array',
      description: 'Checks that act on the services they name.',
      items: {
        ...CHECK,
        properties: {
          ...CHECK_PROPERTIES,
          services: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
        },
        required: ['services'],
      },
    },
  },
};
