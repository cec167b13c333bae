import { type Answer, json } from '../lib/answer.ts';
import type { MailLink } from '../lib/answers/mail.ts';
import { type Call, createApp, serve } from '../lib/app.ts';
import type { Db } from '../lib/db/database.ts';
import { Failure } from '../lib/failure.ts';
import { answerMail, type MailAnswer, readMailLink } from '../lib/mail-addresses.ts';
import { type MailToken, openMailToken } from '../lib/mail-links.ts';
import { isStopped, resumeSubscription, stopSubscription } from '../lib/subscriptions.ts';

/** No route asks who calls: whoever has the link got the mail. */
const app = createApp();

/** What the link lets its owner do, and a database that shows its tenant and no other. */
async function requireLink(c: Call) {
  const { secrets, clock, dbFor } = c.env;
  const text = c.req.param('token') ?? '';
  const token = await openMailToken(secrets, text, clock());
  return { token, text, db: dbFor({ tenants: [token.tenantId] }), now: clock() };
}

const ANSWERS_OF: Record<MailToken['use'], readonly MailAnswer[]> = {
  confirm: ['confirm', 'decline'],
  unsubscribe: ['stop', 'resume'],
};

async function keep(c: Call, answer: MailAnswer): Promise<Answer> {
  const { token, db, now } = await requireLink(c);
  if (!ANSWERS_OF[token.use].includes(answer)) throw new Failure('mail_link_invalid');
  const subscription = findSubscription(token);
  if (!subscription) await answerMail(db, token, answer, now);
  else if (answer === 'stop') await stopSubscription(db, subscription, now);
  else await resumeSubscription(db, subscription);
  return json<MailLink>(await read(db, token));
}

/** The own subscription that a link ends. Other links end all mails to the address, so that nobody else can let them come again. */
function findSubscription(token: MailToken) {
  if (token.use !== 'unsubscribe' || !token.isOwn || token.receiver.kind !== 'subscription') return undefined;
  return { tenantId: token.tenantId, subscriptionId: token.receiver.id };
}

async function read(db: Db, token: MailToken): Promise<MailLink> {
  const link = await readMailLink(db, token);
  const subscription = findSubscription(token);
  if (!subscription) return link;
  const stopped = await isStopped(db, subscription);
  const state = stopped === null ? null : stopped ? 'stopped' : 'confirmed';
  return { ...link, state, onlySubscription: true };
}

app.get('/:token', async (c) => {
  const { token, db } = await requireLink(c);
  return json<MailLink>(await read(db, token));
});

app.post('/:token/confirm', (c) => keep(c, 'confirm'));

app.post('/:token/decline', (c) => keep(c, 'decline'));

app.post('/:token/resume', (c) => keep(c, 'resume'));

/** What mail programs call when the receiver clicks *Unsubscribe* there (RFC 8058). The body says nothing that the address does not. */
app.post('/:token/unsubscribe', (c) => keep(c, 'stop'));

/** Programs that do not know RFC 8058 open the address. Nothing changes before the receiver says so on the page. */
app.get('/:token/unsubscribe', async (c) => {
  const { token, text, db } = await requireLink(c);
  const answer = json<MailLink>(await read(db, token), 303);
  return {
    ...answer,
    headers: { ...answer.headers, location: `${c.env.config.pagesUrl ?? ''}/mail#${text}` },
  };
});

export const main = serve(app);
