/** A record on a form: its print button, which only a browser with a script can offer. */

const button = document.getElementById('print');
button.hidden = false;
button.addEventListener('click', () => window.print());
