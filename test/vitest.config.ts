import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

export default mergeConfig(
  shared,
  // A landing must not hang on one busy moment of a shared machine: in CI a test that fails is tried twice more, and then counts.
  defineConfig({
    test: {
      retry: process.env['CI'] === undefined ? 0 : 2,
      include: ['**/*.test.ts'],
      maxWorkers: 3,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }),
);
