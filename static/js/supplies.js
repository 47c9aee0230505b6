// Stock pages work without this. It keeps a form from being sent twice, and goes down a column
// of counts by Enter.
import { keys } from './ui/page-keys.js';

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    // after the browser took the values: a disabled button is not sent
    setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
  });
}

// the page may come out of the browser's memory again
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) button.disabled = false;
});

const column = [...document.querySelectorAll("input[data-count]")];
for (const [at, input] of column.entries()) {
  input.addEventListener("keydown", (event) => {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && column[at + step];
    if (!next || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
}

if (column.length) {
  keys.learn([{ key: ["Enter", "↓", "↑"], group: "Counting", title: "Next line, line before" }]);
}

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => globalThis.print());
}
