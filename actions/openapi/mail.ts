import { MailLink } from '../../lib/answers/mail.ts';
import type { FailureCode } from '../../lib/failure.ts';
import type { Operation } from './operation.ts';

const failures: FailureCode[] = ['mail_link_invalid', 'mail_link_expired'];
const note = 'The token in the address is that of a link in a mail.';

const answers: { path: string; summary: string }[] = [
  { path: '/{token}/confirm', summary: 'Let mails come to the address of the link' },
  { path: '/{token}/decline', summary: 'Let no mails come, and no more questions' },
  { path: '/{token}/unsubscribe', summary: 'End the mails to the address of the link (RFC 8058)' },
  { path: '/{token}/resume', summary: 'Let the mails come again' },
];

export const mailOperations: Operation[] = [
  {
    action: 'mail',
    method: 'get',
    path: '/{token}',
    summary: 'Get what a link in a mail is for, and what was said with it',
    needs: 'nothing',
    note,
    responses: { 200: MailLink },
    failures,
  },
  {
    action: 'mail',
    method: 'get',
    path: '/{token}/unsubscribe',
    summary: 'Open the page that asks whether the mails shall end',
    needs: 'nothing',
    note: `${note} It changes nothing.`,
    responses: { 303: MailLink },
    failures,
  },
  ...answers.map(
    ({ path, summary }): Operation => ({
      action: 'mail',
      method: 'post',
      path,
      summary,
      needs: 'nothing',
      note: `${note} The same again changes nothing.`,
      responses: { 200: MailLink },
      failures,
    }),
  ),
];
