import style from '../style/share.css' with { type: 'text' };
import shared from '../style/shared.css' with { type: 'text' };

for (const text of [shared, style]) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
