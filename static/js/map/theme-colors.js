// Canvas knows no CSS variables. A hidden probe asks the browser what they are just now.

let known = new Map();
addEventListener('themechange', () => { known = new Map(); });

/** Colors of the variables, e.g. {land: 'rgb(…)'} for {land: '--map-land'}. */
export function colors(variables) {
  if (!known.has(variables)) known.set(variables, ask(variables));
  return known.get(variables);
}

function ask(variables) {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const found = Object.fromEntries(Object.entries(variables).map(([name, variable]) => {
    probe.style.color = `var(${variable})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}
