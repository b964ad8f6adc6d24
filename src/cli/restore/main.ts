/** `fullcone restore`, a part of its own: it stays while services are stopped, and needs next to nothing. */
import { keep } from '../../system/node/services/keeper.ts';

void keep(process).then(() => process.exit());
