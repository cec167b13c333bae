import * as z from 'zod';
import { serveJob } from '../lib/app.ts';
import { provision } from '../lib/provisioning.ts';
import { parseValue } from '../lib/request.ts';

const Parameters = z.object({
  token: z.string().trim().min(1).max(400),
  track: z.string().max(2000),
  apiUrl: z.url().nullable().default(null),
});

/** Not a web action: `npm start` starts it with GITHUB_TOKEN and TRACK, before anybody has signed in. */
export const main = serveJob(
  async (services) => ({
    ...(await provision(services, parseValue(services.activation.parameters, Parameters))),
  }),
  { as: 'owner' },
);
