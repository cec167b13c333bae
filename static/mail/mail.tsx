import { useState } from 'preact/hooks';
import type { MailLink } from '../../lib/answers/mail.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Answered } from '../controls/loading.tsx';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import { Shell } from '../shell.tsx';

/** What the receiver may answer, as the API's path names it. */
type Answer = 'confirm' | 'decline' | 'unsubscribe' | 'resume';

interface Words {
  title: string;
  text: string;
  answers: { answer: Answer; label: string; primary?: true }[];
}

/** The page that links in mails open. It changes nothing before the receiver says so: programs open such links, too. */
export function MailPage() {
  const [token] = useState(() => location.hash.slice(1));
  if (token !== '') return <OfLink token={token} />;
  return (
    <Shell>
      <div class="page narrow">
        <PageHead title="Mails" />
        <p>This page needs the link of a mail. Open it from the mail once more, whole.</p>
      </div>
    </Shell>
  );
}

function OfLink({ token }: { token: string }) {
  const { api } = useApp();
  const link = useAnswer(reads.mailLink(token));
  const [said, setSaid] = useState<MailLink>();
  const submission = useSubmission();

  const say = (answer: Answer) =>
    void submission.run(async () => {
      setSaid(await api.send<MailLink>('POST', `mail/${token}/${answer}`));
    });

  return (
    <Shell>
      <div class="page narrow">
        <Answered loaded={{ ...link, answer: said ?? link.answer }}>
          {(answered) => {
            const { title, text, answers } = toWords(answered);
            return (
              <div class="mail-answer" aria-live="polite">
                <PageHead title={title} />
                <p>{text}</p>
                {submission.error && <Failure error={submission.error} />}
                {answers.length > 0 && (
                  <div class="row">
                    {answers.map(({ answer, label, primary }) => (
                      <button
                        key={answer}
                        type="button"
                        class={primary ? 'button primary' : 'button'}
                        disabled={submission.busy}
                        onClick={() => say(answer)}
                      >
                        {label}
                      </button>
                    ))}
                  </div>
                )}
              </div>
            );
          }}
        </Answered>
      </div>
    </Shell>
  );
}

function toWords(link: MailLink): Words {
  if (link.state === null || link.tenant === null)
    return {
      title: 'No mails come',
      text: `Nothing is sent to ${link.email} any more: whoever wanted that has removed the address.`,
      answers: [],
    };
  const about = `about the GitHub traffic of “${link.tenant.name}”`;
  if (link.use === 'confirm') return toQuestion(link, about);
  return link.onlySubscription ? toEndOfSubscription(link, about) : toEnd(link, about);
}

/** A link ends the subscription of its mail, and leaves others. */
function toEndOfSubscription({ email, state }: MailLink, about: string): Words {
  if (state === 'confirmed')
    return {
      title: 'Unsubscribe?',
      text: `This ends one subscription of ${email} to mails ${about}. Others stay.`,
      answers: [{ answer: 'unsubscribe', label: 'Unsubscribe', primary: true }],
    };
  return {
    title: 'You have unsubscribed',
    text: `This subscription of ${email} to mails ${about} has ended. You can resume it here, or on the page Notifications.`,
    answers: [{ answer: 'resume', label: 'Resume it' }],
  };
}

function toQuestion({ email, askedBy, state }: MailLink, about: string): Words {
  if (state === 'confirmed')
    return {
      title: 'The mails come',
      text: `Mails ${about} go to ${email}. Each has a link that ends them.`,
      answers: [{ answer: 'decline', label: 'No mails after all' }],
    };
  if (state === 'waiting')
    return {
      title: 'Do you want these mails?',
      text: `${askedBy ?? 'Somebody'} wants to send mails ${about} to ${email}: reports, alerts, or problems with collecting. Unless you say yes, none is sent.`,
      answers: [
        { answer: 'confirm', label: 'Yes, send them', primary: true },
        { answer: 'decline', label: 'No, and do not ask again' },
      ],
    };
  return {
    title: 'No mails come',
    text: `${email} gets no mails ${about}, and is not asked again.`,
    answers: [{ answer: 'confirm', label: 'Let them come' }],
  };
}

function toEnd({ email, state }: MailLink, about: string): Words {
  if (state === 'confirmed')
    return {
      title: 'Unsubscribe?',
      text: `Mails ${about} go to ${email}.`,
      answers: [{ answer: 'unsubscribe', label: 'Unsubscribe', primary: true }],
    };
  return {
    title: 'You have unsubscribed',
    text: `${email} gets no more mails ${about}.`,
    answers: [{ answer: 'resume', label: 'Let them come again' }],
  };
}
