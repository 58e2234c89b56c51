import { describePlugin } from '@tappet/core/testing';
import monitCompat from '@tappet/plugin-monit-compat';
import { describe, it } from 'vitest';

describePlugin(monitCompat, {
  describe,
  it,
  config: `
[plugins.monit-compat]
poll = 5
fast_interval = "200ms"
monit = """
check process Sleeper matching no-process-has-these-words if failed port 1 then alert
check file passwd path /etc/passwd if changed checksum then alert
"""

[[services]]
name = "web"
command = "/bin/web"
restart = "always"
rules = ["if cpu > 50% for 3 cycles then restart", { rule = "if memory > 1 GB then restart", fast = true }]
`,
});
