import { useCallback, useEffect, useState } from 'preact/hooks';
import { useMe } from '../app-context.ts';
import { Failure } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import style from '../style/imports.css' with { type: 'text' };
import { DropArea } from './drop-area.tsx';
import type { ChosenFile } from './files.ts';
import { type KeptImport, listKept } from './kept.ts';
import { KeptImports } from './kept-imports.tsx';
import { PastImports } from './past-imports.tsx';
import { Preview } from './preview.tsx';
import { keptSource, type PartSource } from './send.ts';
import { Sending } from './sending.tsx';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** What the page is at. */
type Step =
  | { at: 'start' }
  | { at: 'preview'; files: ChosenFile[] }
  | { at: 'sending'; kept: KeptImport; source: PartSource; isKept: boolean };

/** Brings history in from the files of other tools, and lists what was brought in. */
export function Imports({ tenantId }: { tenantId: number }) {
  const { me } = useMe();
  const [step, setStep] = useState<Step>({ at: 'start' });
  const [error, setError] = useState<Error>();
  const [round, setRound] = useState(0);
  const kept = useKept(tenantId, me.email, round);
  const changed = useCallback(() => setRound((count) => count + 1), []);

  function startAgain() {
    setError(undefined);
    setStep({ at: 'start' });
    changed();
  }
  return (
    <div class="page">
      <PageHead
        title="Import history"
        below={
          <p class="lead">
            Bring the days that other tools, or another installation, have kept. You see what is in the files
            before anything is stored.
          </p>
        }
      />
      {error && <Failure error={error} />}
      {step.at === 'start' && (
        <>
          <KeptImports
            kept={kept}
            onContinue={(one) =>
              setStep({ at: 'sending', kept: one, source: keptSource(one.key), isKept: true })
            }
            onDiscarded={changed}
          />
          <DropArea
            onFiles={(files) => {
              setError(undefined);
              setStep({ at: 'preview', files });
            }}
            onError={setError}
          />
        </>
      )}
      {step.at === 'preview' && (
        <Preview
          tenantId={tenantId}
          files={step.files}
          onCancel={startAgain}
          onImport={(ready) => setStep({ at: 'sending', ...ready })}
        />
      )}
      {step.at === 'sending' && (
        <Sending
          tenantId={tenantId}
          kept={step.kept}
          source={step.source}
          isKept={step.isKept}
          onChanged={changed}
          onEnd={startAgain}
        />
      )}
      <PastImports tenantId={tenantId} round={round} />
    </div>
  );
}

/** Imports of this person that wait in this browser. A browser that keeps nothing has none. */
function useKept(tenantId: number, email: string, round: number): KeptImport[] {
  const [kept, setKept] = useState<KeptImport[]>([]);
  useEffect(() => {
    let isCurrent = true;
    listKept(tenantId, email).then(
      (found) => isCurrent && setKept(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [tenantId, email, round]);
  return kept;
}
