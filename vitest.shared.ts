import { defineConfig } from 'vitest/config';

const conditions = ['@tappet/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { pool: 'forks', typecheck: { tsconfig: '../tsconfig.test.json' } },
});
