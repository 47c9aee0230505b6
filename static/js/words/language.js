// What scripts say, in the page's language. English stands in the scripts; another language comes
// with the page: <script type="application/json" id="language">{{ words_for_scripts(…) | tojson }}.

const said = read();
const forms = new Intl.PluralRules(globalThis.document?.documentElement.lang || 'en');

// A text in the page's language, its {names} filled in.
export function _(text, values = {}) {
  return filled(said[text] ?? text, values);
}

// One or several of something; {num} is the number.
export function ngettext(one, many, num, values = {}) {
  const [single, several] = said[one] ?? [one, many];
  return filled(forms.select(num) === 'one' ? single : several, { num, ...values });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function read() {
  const words = globalThis.document?.getElementById('language');
  return words ? JSON.parse(words.textContent) : {};
}
