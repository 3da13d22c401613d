import { encode } from 'uqr';
import { append } from '../element/dom/dom.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Modules around the code that stay empty. */
const BORDER_COUNT = 2;

/** Draws a text as a QR code. It is no image with an address: a page's policy may forbid those. */
export function qrCode(text: string, label: string): SVGSVGElement {
  const { data, size } = encode(text, { border: BORDER_COUNT });
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  const squareOf = (y: number) => (dark: boolean, x: number) => (dark ? `M${x} ${y}h1v1h-1z` : '');
  path.setAttribute('d', data.map((row, y) => row.map(squareOf(y)).join('')).join(''));
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  append(svg, path);
  return svg;
}
