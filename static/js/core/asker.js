// Every request says for whom the page was made. When somebody logged out in another tab, or in as
// another person, the server refuses it: better than a map that quietly mixes what two may see.

/** An address of the API with the mark of the viewer, if there is one. */
export function asked(url, mark) {
  if (!mark) return url;
  return `${url}${url.includes('?') ? '&' : '?'}as=${encodeURIComponent(mark)}`;
}
