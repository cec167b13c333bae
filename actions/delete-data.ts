import * as z from 'zod';
import { serveJob } from '../lib/app.ts';
import { deleteAllData } from '../lib/deletion.ts';
import { parseValue } from '../lib/request.ts';

const Arguments = z.object({ confirmation: z.string() });

/** Not a web action: `deploy.sh undeploy --delete-data=NAME` starts it with the namespace's key. */
export const main = serveJob(
  async (services) => {
    const { confirmation } = parseValue(services.activation.parameters, Arguments);
    await deleteAllData(services, confirmation);
    return { deleted: true };
  },
  { as: 'owner' },
);
