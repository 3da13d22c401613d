/** A link to a message, as the message's menu copies it. */
const LINK = /\/r\/([^/?#]+)(?:\?[^#]*)?#message=(\d+-\d+)$/;

/** The address whose message has been shown. A chat that is drawn again does not go there again. */
let shown = '';

/** Returns the id of the message that the page's address names, once for each address. Undefined if it names none. */
export function messageInAddress(room: string): string | undefined {
  const { href } = location;
  const [, name, id] = LINK.exec(href) || [];
  if (!id || shown === href || decodeURIComponent(name || '') !== room) return undefined;
  shown = href;
  return id;
}
