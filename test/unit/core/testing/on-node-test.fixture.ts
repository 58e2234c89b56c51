import { describe, it } from 'node:test';
import { definePlugin } from '@tappet/core';
import { describePlugin } from '@tappet/core/testing';

/** Run by `node --test` with a plugin that hangs when HANGS is set. */
describePlugin(
  definePlugin({
    name: 'tested',
    setup({ hooks }) {
      hooks.onExit.tap('tap', () => (process.env['HANGS'] === undefined ? undefined : new Promise<void>(() => {})));
    },
  }),
  { describe, it },
);
