import * as z from 'zod';
import { openActivations } from '../lib/activations.ts';
import { parseConfig } from '../lib/config.ts';
import { job } from '../lib/openwhisk.ts';
import { parseValue } from '../lib/request.ts';

const Parameters = z.object({ started: z.boolean().default(false) });

/**
 * Not a web action: `deploy.sh` starts it, to see whether an action can start another. It starts itself, which then does
 * nothing. Throws `start_failed` with the cause.
 */
export const main = job(async ({ parameters }) => {
  const { started } = parseValue(parameters, Parameters);
  if (!started)
    await openActivations(parseConfig(parameters).openwhisk).start('check-start', { started: true });
  return {};
});
