/** Runs of the console: one at a time, followed live, kept, exported, compared, and begun by themselves. */
import { historyHandlers } from './history.ts';
import { runHandlers } from './run-handlers.ts';
import { type ToolTools, toolHandlers } from './tool-handlers.ts';
import { watchHandlers } from './watch.ts';

export { RunManager, type Started, type WhenOver } from './manager.ts';

/** Of all routes that are about runs, and about what can be known without one. */
export const runsHandlers = (tools: ToolTools) => ({
  ...historyHandlers(tools),
  ...runHandlers(tools),
  ...toolHandlers(tools),
  ...watchHandlers(tools),
});
