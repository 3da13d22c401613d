/**
 * `nobackend-chat-client/element`: defines `<nobackend-chat>` in a page. It does nothing where a server renders the
 * page.
 */
if (typeof customElements === 'object') void import('./element-in-page.js');
