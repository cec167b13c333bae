import { benchMemory } from './action-memory.ts';
import { benchAlerts } from './alerts.ts';
import { benchAnswers } from './answers.ts';
import { benchCold } from './cold.ts';
import { benchCollect } from './collect.ts';
import { benchDashboard } from './dashboard.ts';
import { benchDisk } from './disk.ts';
import { benchExportPage } from './export-page.ts';
import { benchExports } from './exports.ts';
import { benchFanOut } from './fanout.ts';
import { benchFirstChart } from './first-chart.ts';
import { benchFootprint } from './footprint.ts';
import { benchGrowth } from './growth.ts';
import { benchImport } from './import.ts';
import { benchImportPage } from './import-page.ts';
import { benchJudging } from './judging.ts';
import { benchPage } from './page.ts';
import { benchProcessor } from './processor.ts';
import { benchReport } from './report.ts';
import { benchShare } from './share.ts';
import { benchSignIns } from './sign-ins.ts';
import { benchStats } from './stats.ts';
import { benchTenants } from './tenants.ts';
import { benchThousand } from './thousand.ts';

/** What each prints, for whoever asks which there are. */
const BENCHES = {
  cold: {
    run: benchCold,
    prints: 'cold starts of the web actions, beside an empty action, and the code in AGAINST',
  },
  stats: {
    run: benchStats,
    prints: 'overviews beside the bare statements they send, and a CSV file beside one statement',
  },
  report: {
    run: benchReport,
    prints:
      'the report of a month of 300 repositories in each form, and what sending one of 300 and 1,000 by mail takes',
  },
  growth: { run: benchGrowth, prints: 'three and ten times the repositories, years and tenants' },
  tenants: {
    run: benchTenants,
    prints: 'lists of up to 5,000 tenants, beside the bare statements they send',
  },
  answers: { run: benchAnswers, prints: 'bytes of the largest answers, beside the same as columns' },
  alerts: {
    run: benchAlerts,
    prints: 'precision and recall of alerts on simulated years, beside the naive rule',
  },
  judging: { run: benchJudging, prints: 'the hourly judging of 1,000 repositories in 51 groups' },
  collect: { run: benchCollect, prints: '100 repositories, beside what GitHub’s limits allow' },
  thousand: {
    run: benchThousand,
    prints: '1,000 repositories, beside what GitHub’s limits allow (30 minutes)',
  },
  processor: {
    run: benchProcessor,
    prints: 'processor time of a repository’s day, beside ghstats if GHSTATS names it',
  },
  fanout: { run: benchFanOut, prints: 'the daily run of up to 5,000 tenants, with a simulated clock' },
  memory: { run: benchMemory, prints: 'the most memory of each action, beside its limit' },
  footprint: { run: benchFootprint, prints: 'memory, processes and start of npm start (needs Chromium)' },
  disk: { run: benchDisk, prints: 'what the embedded PostgreSQL keeps and writes on the disk' },
  'sign-ins': { run: benchSignIns, prints: 'sign-ins with a password, also during a flood of guesses' },
  'first-chart': {
    run: benchFirstChart,
    prints: 'the time from an empty folder to the first chart (needs Chromium)',
  },
  page: { run: benchPage, prints: 'bytes of the pages and the time to the first chart (needs Chromium)' },
  exports: {
    run: benchExports,
    prints: 'an export of 300 repositories and 5 years by the API, beside COPY and bare statements',
  },
  'export-page': {
    run: benchExportPage,
    prints: 'the same export by the page, and the memory it takes (needs Chromium)',
  },
  import: {
    run: benchImport,
    prints:
      'an import of 300 repositories and 5 years by the API, beside bare statements that insert the same rows',
  },
  'import-page': {
    run: benchImportPage,
    prints:
      'an import of 300 repositories and 20 years by the page, and the memory it takes (needs Chromium, 15 minutes)',
  },
  share: {
    run: benchShare,
    prints: 'a shared page beside the signed-in one, and 10,000 views of it (needs Chromium)',
  },
  dashboard: { run: benchDashboard, prints: 'the same for dashboards (needs Chromium)' },
};
const isName = (name: string): name is keyof typeof BENCHES => name in BENCHES;
const names = Object.keys(BENCHES).filter(isName);
const usage = [
  'npm run bench -- [NAME…] runs these benchmarks, all of them without a name:',
  ...names.map((name) => `  ${name.padEnd(10)} ${BENCHES[name].prints}`),
].join('\n');

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isName(name));
if (asked.includes('--help')) console.log(usage);
else if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}.\n${usage}`);
  process.exitCode = 1;
} else for (const name of asked.length > 0 ? asked.filter(isName) : names) await BENCHES[name].run();
