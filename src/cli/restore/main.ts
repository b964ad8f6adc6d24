/** `fullcone restore`, a part of its own: it stays while services are stopped, and needs next to nothing. */
import { keep } from '../../system/node/services/keeper.ts';

// Whoever ends a unit, or a session, as a whole tells the checker as well, which says farewell; or it is dead, and the
// input says so. Either way it ends soon, and not before all runs again.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);

void keep(process).then(() => process.exit());
