// The columns of a file: two may not be read as one field, and what the button above promises was
// found with the columns as they were.
import { $ } from '../core/dom.js';

const chosenIn = (form) => {
  const entries = new FormData(form);
  entries.delete('csrf_token');
  return new URLSearchParams(entries).toString();
};

/** The columns that another one is read like, of the first field that has two. */
function doubles(selects) {
  const shared = selects.filter((one) => one.value
    && selects.some((other) => other !== one && other.value === one.value));
  return shared.filter(({ value }) => value === shared[0].value);
}

function tell(double) {
  const told = $('#double');
  told.hidden = !double.length;
  if (!double.length) return;
  const labels = double.map(({ dataset }) => `“${dataset.label}”`).join(' and ');
  told.textContent = `${labels} are to be read as ${double[0].selectedOptions[0].text}. Only one can be.`;
}

const seen = new WeakMap();

function changed(form) {
  const selects = [...form.querySelectorAll('.matches select')];
  const [again, apply] = ['#check-again', '#do-apply'].map((id) => $(id));
  const double = doubles(selects);
  for (const select of selects) {
    if (double.includes(select)) select.setAttribute('aria-invalid', 'true');
    else select.removeAttribute('aria-invalid');
  }
  tell(double);
  const other = chosenIn(form) !== seen.get(form);
  again.disabled = double.length > 0;
  again.classList.toggle('primary', other);
  if (apply) apply.disabled = other;
}

/** Look after the form of the columns, which the server may draw anew. */
export function watchColumns() {
  const form = $('#reading');
  if (!form || seen.has(form)) return;
  seen.set(form, chosenIn(form));
  form.addEventListener('change', () => changed(form));
}
