import type { ReportPreview as Preview } from '../../lib/answers/channels.ts';
import { Panel } from '../controls/panel.tsx';

/** The weekly report as it would be sent now: the very lines of the message. */
export function ReportPreview({ message: { title, sections } }: Preview) {
  return (
    <Panel title="Weekly report">
      <div class="report">
        <p class="hint">
          Sent on Mondays at 12:00 UTC, once to each channel that gets reports. As of now, it would say:
        </p>
        <h3>{title}</h3>
        {sections.map(({ heading, lines }) => (
          <section key={heading} aria-label={heading}>
            <h4>{heading}</h4>
            <ul>
              {lines.map(({ text, href }) => (
                <li key={text}>
                  {href ? <a href={new URL(href).pathname + new URL(href).search}>{text}</a> : text}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Panel>
  );
}
