import { describe, it } from 'node:test';
import { describePlugin } from '@tappet/core/testing';
import plugin from '../src/index.ts';

// What every plugin should pass: reloads, failing configurations, deadlines, nothing left behind.
describePlugin(plugin, {
  describe,
  it,
  config: {
    plugins: { 'my-thing': { failures_per_hour: 2 } },
    services: [{ name: 'web', command: '/bin/web', restart: 'always' }],
  },
});
