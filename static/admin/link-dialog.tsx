import { useState } from 'preact/hooks';
import type { LinkAnswer } from '../accounts.ts';
import type { Api } from '../api.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { Notice } from '../controls/notice.tsx';
import { copyText } from '../controls/shown-text.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatInstant } from '../format.ts';

/** A link that somebody asks for. */
export interface WantedLink {
  kind: 'invitation' | 'reset';
  email: string;
}

interface LinkDialogProps {
  accounts: Api;
  wanted: WantedLink;
  /** Where invitations are made: a tenant, or the system roles. */
  place: number | 'system';
  onClose: () => void;
}

const TEXTS = {
  invitation: {
    title: (email: string) => `Invite ${email}`,
    consequence:
      'They need a link to create their account. It works once, for a week, and earlier links for this role end. Whoever opens it first gets the role, so hand it to them yourself.',
  },
  reset: {
    title: (email: string) => `Reset the sign-in of ${email}`,
    consequence:
      'The link lets them choose a new password or passkey. It works once, for a day. When it is used, their password and all passkeys are replaced, and their sessions end.',
  },
};

/** Makes a link and shows it, to copy. */
export function LinkDialog({ accounts, wanted, place, onClose }: LinkDialogProps) {
  const submission = useSubmission();
  const [made, setMade] = useState<LinkAnswer>();
  const [copied, setCopied] = useState(false);
  const { title, consequence } = TEXTS[wanted.kind];
  const address = encodeURIComponent(wanted.email);
  const path = wanted.kind === 'reset' ? `reset-links/${address}` : `invitations/${place}/${address}`;

  function submit() {
    void submission.run(async () => {
      if (!made) return setMade(await accounts.send<LinkAnswer>('POST', path));
      await copyText(made.link, 'Select the link and copy it yourself.');
      setCopied(true);
    });
  }

  return (
    <FormDialog
      title={title(wanted.email)}
      action={!made ? 'Make link' : copied ? 'Copied' : 'Copy link'}
      leave={made ? 'Done' : 'Cancel'}
      submission={submission}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{consequence}</p>
      {made && (
        <>
          <Field
            label="Link"
            readOnly
            value={made.link}
            onValue={() => undefined}
            onFocus={(event) => event.currentTarget.select()}
            hint={`Shown only now. Works until ${formatInstant(made.expiresAt)}.`}
          />
          {made.mailed !== null && (
            <Notice kind={made.mailed ? 'success' : 'warning'}>
              <p>
                {made.mailed
                  ? `It was also sent to ${made.email}.`
                  : `It could not be sent to ${made.email}: hand it over yourself. The log says why.`}
              </p>
            </Notice>
          )}
        </>
      )}
    </FormDialog>
  );
}
