import { getDocument, OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A page of a PDF, in points from its lower left corner. */
interface PdfPage {
  width: number;
  height: number;
  /** What is written between its margins, in the order in which it is drawn, without white space. */
  text: string;
  /** The colors that it is written and filled with, such as '#14171c'. */
  colors: string[];
}

/** The pages of a PDF. Text that lies in a margin, or beyond, is in `inMargins` only. */
export async function readPdf(pdf: Uint8Array, margin: { top: number; bottom: number }) {
  const document = await getDocument({ data: new Uint8Array(pdf), verbosity: 0 }).promise;
  const numbers = Array.from({ length: document.numPages }, (_, index) => index + 1);
  const pages: PdfPage[] = [];
  const inMargins: string[] = [];
  for (const number of numbers) {
    const page = await document.getPage(number);
    const [, , width = 0, height = 0] = page.view;
    const { items } = await page.getTextContent();
    const texts = items.flatMap((item) => ('str' in item ? [{ text: item.str, y: item.transform[5] }] : []));
    const isInside = ({ y }: { y: number }) => y > margin.bottom && y < height - margin.top;
    const { fnArray, argsArray } = await page.getOperatorList();
    pages.push({
      width,
      height,
      text: withoutSpace(
        texts
          .filter(isInside)
          .map(({ text }) => text)
          .join(''),
      ),
      colors: argsArray.flatMap((args, place) => (fnArray[place] === OPS.setFillRGBColor ? args : [])),
    });
    inMargins.push(
      texts
        .filter((text) => !isInside(text))
        .map(({ text }) => text)
        .join(''),
    );
  }
  await document.destroy();
  return { pages, inMargins };
}

const withoutSpace = (text: string) => text.replace(/\s/g, '');
