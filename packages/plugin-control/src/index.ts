import { type Plugin, definePlugin } from '@tappet/core';
import { controlSocket } from './client/socket-path.ts';
import { EventHistory } from './routes/event-history.ts';
import { createRoutes } from './routes/table.ts';
import { ControlServer } from './server/server.ts';

export { controlSocket } from './client/socket-path.ts';
export type * from './protocol.ts';
export { CONTROL_LIMITS, type ControlLimits } from './server/limits.ts';

/**
 * Serves the control API on `control.sock` in the supervisor's runtime directory. Without a runtime directory (an
 * embedded supervisor) there is nothing to serve on, and it says so once.
 */
const control: Plugin = definePlugin({
  name: 'control',
  setup({ supervisor, carry, clock, log, defer, onActivate }) {
    const server = carry('server', () => new ControlServer({ clock, log }));
    const history = carry('history', () => new EventHistory());
    const handler = createRoutes(supervisor, history);

    onActivate(async () => {
      const { directory } = supervisor.status();
      if (directory === null) {
        log.info('no runtime directory, so no control socket');
        return;
      }
      defer(supervisor.subscribe((event) => history.add(event)));
      await server.serve(controlSocket(directory), handler);
    });
    defer(() => server.release(handler));
  },
});

export default control;
