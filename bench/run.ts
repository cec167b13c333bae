import { benchMemory } from './action-memory.ts';
import { benchCold } from './cold.ts';
import { benchCollect } from './collect.ts';
import { benchDashboard } from './dashboard.ts';
import { benchFanOut } from './fanout.ts';
import { benchPage } from './page.ts';
import { benchProcessor } from './processor.ts';
import { benchStats } from './stats.ts';
import { benchTenants } from './tenants.ts';
import { benchThousand } from './thousand.ts';

const benches = {
  cold: benchCold,
  stats: benchStats,
  collect: benchCollect,
  fanout: benchFanOut,
  tenants: benchTenants,
  thousand: benchThousand,
  processor: benchProcessor,
  memory: benchMemory,
  page: benchPage,
  dashboard: benchDashboard,
};
const isName = (name: string): name is keyof typeof benches => name in benches;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isName(name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. Choose from ${Object.keys(benches).join(', ')}.`,
  );
  process.exit(1);
}
for (const name of asked.length > 0
  ? asked.filter(isName)
  : (Object.keys(benches) as (keyof typeof benches)[]))
  await benches[name]();
