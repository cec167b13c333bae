import style from '../style/groups.css' with { type: 'text' };

// Fetched with the first part of groups that is opened.
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
