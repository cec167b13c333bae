import type { ComponentChildren } from 'preact';
import type { Bucket } from '../../lib/answers/figures.ts';
import { ComparisonMenu } from './comparison-menu.tsx';
import { PageHead } from './page-head.tsx';
import { RangeMenu } from './range-menu.tsx';

interface TitleRowProps {
  title: string;
  /** How the title is drawn, if not as plain text. */
  heading?: ComponentChildren;
  /** Shown above the title. */
  above?: ComponentChildren;
  /** Shown below the title. */
  below?: ComponentChildren;
  /** Shown after the title, as the menu of groups is. */
  beside?: ComponentChildren;
  /** The range that is shown, once it is known. */
  shown: { from: string; to: string; by: Bucket } | undefined;
  /** The range that an address without one means. */
  standard?: string | undefined;
  /** The page has no steps to choose. */
  stepless?: boolean;
  /** The page compares nothing. */
  incomparable?: boolean;
  /** Shown after the range and the comparison. */
  actions?: ComponentChildren;
}

/** The title of a page of figures, and what they are about: range, comparison and group. */
export function TitleRow(props: TitleRowProps) {
  const { title, heading, above, below, beside, shown, standard, stepless, incomparable, actions } = props;
  return (
    <PageHead
      title={title}
      heading={heading}
      above={above}
      below={below}
      beside={beside}
      scrolls
      actions={
        <>
          <RangeMenu shown={shown} standard={standard} stepless={stepless} />
          {!incomparable && <ComparisonMenu shown={shown} />}
          {actions}
        </>
      }
    />
  );
}
