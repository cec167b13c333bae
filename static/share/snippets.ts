import type { Share } from '../../lib/answers/shares.ts';
import type { Badge } from '../../lib/badges/definition.ts';
import { badgeHtml, badgeMarkdown, chartMarkdown, shieldsAddress } from '../../lib/badges/markdown.ts';
import { badgeName } from '../../lib/badges/names.ts';

/** A text that shows a picture of a share where one pastes it. */
export interface Snippet {
  label: string;
  text: string;
}

type Pasted = Pick<Share, 'url' | 'badges' | 'shown' | 'title' | 'subjectName'>;

/** What one pastes to show a share that was made for a README. The first is Markdown. `link`: where a click on it leads. */
export function snippetsOf(share: Pasted, link: string | null): [Snippet, ...Snippet[]] {
  const [badge] = share.badges;
  return badge ? badgeSnippets(share, badge, link) : [chartSnippet(share, link)];
}

function badgeSnippets({ url }: Pasted, badge: Badge, link: string | null): [Snippet, ...Snippet[]] {
  const address = `${url}${badgeName(badge)}`;
  const shown = { address: `${address}.svg`, text: badge.label, link };
  return [
    { label: 'Markdown', text: badgeMarkdown(shown) },
    { label: 'HTML', text: badgeHtml(shown) },
    { label: 'Drawn by shields.io', text: shieldsAddress(`${address}.json`) },
  ];
}

function chartSnippet({ url, shown, title, subjectName }: Pasted, link: string | null): Snippet {
  const kind = shown.includes('views') ? 'views' : 'clones';
  const of = (scheme: string) => `${url}${kind}-${scheme}.svg`;
  const text = `${kind === 'views' ? 'Views' : 'Clones'} of ${title || subjectName || 'what was shared'}`;
  return {
    label: 'Markdown',
    text: chartMarkdown({ text, link, light: of('light'), dark: of('dark') }),
  };
}
